import { type Command, lookUp, type Table } from './command.ts';
import {
  activeOf,
  type Being,
  copyRoot,
  find,
  goneWith,
  type Model,
  type Node,
  snapshotsOf,
  standardOf,
} from './model.ts';
import { beingOf, nodeAt } from './predict.ts';

/** Applies an accepted command to the model. `made` is the name of an environment that was created without a name. */
export function carryOut(model: Model, command: Command, made: string | undefined): void {
  lookUp(changes, command, model, made ?? '');
}

const changes: Table<Command['verb'], [Model, string], void> = {
  create: ({ from, activate }, model, name) => {
    const root = copyRoot(model, sourceOf(model, from), false);
    // From now on the result does not depend on the running system.
    model.recorded = activeOf(model)?.root;
    for (const one of model.environments) one.marked = true;
    model.environments.push({ name, root, id: root, marked: true, held: false, description: undefined });
    if (activate) model.recorded = root;
  },
  adopt,
  sync: () => undefined,
  volume: ({ name, place, policy }, model) => {
    Object.assign(nodeAt(model, name, place) ?? {}, { policy });
  },
  fill: ({ name, place, text }, model) => {
    Object.assign(nodeAt(model, name, place) ?? {}, { data: text });
  },
  snapshot: ({ name, snapshot }, model) => {
    const being = beingOf(model, name);
    const kept = snapshotsOf(model, being);
    model.snapshots.set(being.id, new Map([...kept, [snapshot, copyRoot(model, being.root, true)]]));
  },
  activate: ({ name }, model) => {
    model.recorded = beingOf(model, name).root;
  },
  destroy: ({ name, snapshot }, model) => {
    const being = beingOf(model, name);
    if (snapshot === undefined) destroy(model, being);
    else loseSnapshot(model, being, snapshot);
  },
  rollback: ({ name, snapshot }, model) => {
    const being = beingOf(model, name);
    const root = copyRoot(model, sourceOf(model, `${name}@${snapshot}`), false);
    if (activeOf(model) === being) model.recorded = root;
    const gone = goneWith(being.root);
    Object.assign(being, { root, marked: true });
    lose(model, gone);
  },
  rename: ({ name, to }, model) => {
    Object.assign(beingOf(model, name), { name: to, marked: true });
  },
  describe: ({ name, text }, model) => {
    Object.assign(beingOf(model, name), { description: text === '' ? undefined : text, marked: true });
  },
  hold: ({ name }, model) => {
    Object.assign(beingOf(model, name), { held: true, marked: true });
  },
  release: ({ name }, model) => {
    Object.assign(beingOf(model, name), { held: false, marked: true });
  },
  forget: ({ name }, model) => {
    const being = beingOf(model, name);
    model.environments.splice(model.environments.indexOf(being), 1);
    model.strays.push(being.root);
    if (model.environments.length === 0) model.recorded = undefined;
  },
  cmdline: ({ name, append, remove }, model) => {
    const { root } = beingOf(model, name);
    root.words = changeWords(root.words, append.replaceAll('"', ''), remove.replaceAll('"', ''));
  },
  install: ({ name, release }, model) => {
    beingOf(model, name).root.kernels.add(release);
  },
  remove: ({ name, release }, model) => {
    beingOf(model, name).root.kernels.delete(release);
  },
  write: ({ name, text }, model) => {
    beingOf(model, name).root.data = text;
  },
  reboot: ({ name }, model) => {
    const being = beingOf(model, name);
    // A running system that was not adopted is not a boot environment any more when another one runs.
    const lost = model.environments.filter((candidate) => !candidate.marked && candidate !== being);
    for (const one of lost) {
      model.environments.splice(model.environments.indexOf(one), 1);
      model.strays.push(one.root);
    }
    model.running = being.root;
  },
};

function sourceOf(model: Model, from: string | undefined): Being['root'] {
  const [source = '', snapshot] = from?.split('@') ?? [standardOf(model)?.name];
  const being = find(model, source);
  const root = being === undefined || snapshot === undefined ? being?.root : snapshotsOf(model, being).get(snapshot);
  if (root === undefined) throw new Error(`the model has no ${from ?? ''}`);
  return root;
}

function adopt({ path }: Command<'adopt'>, model: Model, name: string): void {
  const unmarked = model.environments.find(({ root }) => root.path === path);
  const others = model.environments.filter((candidate) => candidate !== unmarked);
  const root = unmarked?.root ?? model.strays.find((stray) => stray.path === path);
  if (root === undefined) throw new Error(`the model has no /${path}`);
  const active = activeOf(model);
  model.recorded = active !== undefined && others.includes(active) ? active.root : (model.running ?? root);
  if (unmarked !== undefined) Object.assign(unmarked, { name, marked: true });
  else {
    model.strays.splice(model.strays.indexOf(root), 1);
    model.environments.push({ name, root, id: root, marked: true, held: false, description: undefined });
  }
}

function destroy(model: Model, being: Being): void {
  model.environments.splice(model.environments.indexOf(being), 1);
  const kept = [...snapshotsOf(model, being).values()];
  model.snapshots.delete(being.id);
  for (const root of [being.root, ...kept]) lose(model, goneWith(root));
}

function loseSnapshot(model: Model, being: Being, name: string): void {
  const kept = snapshotsOf(model, being).get(name);
  model.snapshots.get(being.id)?.delete(name);
  if (kept !== undefined) lose(model, goneWith(kept));
}

/** A deleted subvolume is not mounted, even if an fstab that be-hook does not read names it. */
function lose(model: Model, gone: ReadonlySet<Node>): void {
  for (const node of gone) model.alive.delete(node);
  const kept = [...model.snapshots.values()].flatMap((snapshots) => [...snapshots.values()]);
  model.strays.splice(0, Infinity, ...model.strays.filter((stray) => !gone.has(stray)));
  for (const { mounted } of [...model.strays, ...kept]) {
    for (const [place, node] of mounted) if (gone.has(node)) mounted.delete(place);
  }
}

function changeWords(words: readonly string[], append: string, remove: string): readonly string[] {
  if (remove !== '') return words.filter((word) => word !== remove && !word.startsWith(`${remove}=`));
  return append === '' || words.includes(append) ? words : [...words, append];
}
