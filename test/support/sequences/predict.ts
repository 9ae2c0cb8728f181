import { beNameKey } from '../../../lib/model/be-name.ts';
import type { ProblemCode } from '../../../lib/model/problem.ts';
import { beName } from '../builders.ts';
import { type Command, lookUp, type Table } from './command.ts';
import {
  activeOf,
  type Being,
  find,
  goneWith,
  type Model,
  type Node,
  type Root,
  snapshotsOf,
  standardOf,
  volumesOf,
} from './model.ts';

/** The reason why a command must be refused. Undefined if it must be accepted. */
export function refusalOf(model: Model, command: Command): ProblemCode | undefined {
  if (
    'name' in command &&
    command.verb !== 'create' &&
    command.verb !== 'adopt' &&
    find(model, command.name) === undefined
  )
    return 'no-such-environment';
  return lookUp(refusals, command, model);
}

/** The volume that an environment has at a mount point. */
export function nodeAt(model: Model, name: string, place: string): Node | undefined {
  const being = find(model, name);
  return being === undefined ? undefined : volumesOf(being.root).get(place);
}

const nothing = (): undefined => undefined;

/** The environment exists. */
const refusals: Table<Command['verb'], [Model], ProblemCode | undefined> = {
  create: refuseCreate,
  adopt: ({ path, name }, model) => {
    const being = model.environments.find(({ root }) => root.path === path);
    if (being?.marked === true) return 'already-adopted';
    return name !== undefined && isTaken(model, name, being) ? 'name-taken' : undefined;
  },
  sync: (_command, model) => refuseMenu(model.environments, activeOf(model)),
  volume: ({ name, place, policy }, model) => {
    const node = nodeAt(model, name, place);
    if (model.environments.some(({ root }) => root === node)) return 'not-a-volume';
    if (node?.frozen === true) return 'subvolume-read-only';
    return place === '/boot' && policy !== 'cloned' ? 'boot-volume-unfit' : undefined;
  },
  snapshot: ({ name, snapshot }, model) => {
    const being = beingOf(model, name);
    if (being.root.torn) return 'file-malformed';
    return snapshotsOf(model, being).has(snapshot) ? 'snapshot-taken' : undefined;
  },
  activate: ({ name }, model) => {
    const being = beingOf(model, name);
    return being.root.torn
      ? 'file-malformed'
      : (refuseMenu(model.environments, being) ?? refuseMounts(model, being.root));
  },
  destroy: ({ name, snapshot }, model) => {
    const being = beingOf(model, name);
    if (snapshot !== undefined) return refuseSnapshot(model, being, snapshot);
    if (being === activeOf(model) || isKept(model, being, [])) return 'environment-in-use';
    return refuseMenu(
      model.environments.filter((candidate) => candidate !== being),
      activeOf(model),
    );
  },
  rollback: refuseRollback,
  rename: ({ name, to }, model) => (isTaken(model, to, find(model, name)) ? 'name-taken' : undefined),
  cmdline: ({ name, append, remove }, model) => {
    if (/^(root=|rootflags=subvol=|BOOT_IMAGE=)/.test(append + remove)) return 'option-reserved';
    return beingOf(model, name).root.torn ? 'file-malformed' : undefined;
  },
  forget: ({ name }, model) => {
    const being = beingOf(model, name);
    const needed = being === activeOf(model) && model.environments.length > 1;
    return being.root === model.running || needed ? 'environment-in-use' : undefined;
  },
  describe: nothing,
  hold: nothing,
  release: nothing,
  install: nothing,
  remove: nothing,
  write: nothing,
  fill: nothing,
  reboot: nothing,
};

/** The existing environment of that name. */
export function beingOf(model: Model, name: string): Being {
  const being = find(model, name);
  if (being === undefined) throw new Error(`the model has no ${name}`);
  return being;
}

function refuseCreate({ name, from, activate }: Command<'create'>, model: Model): ProblemCode | undefined {
  const [source, snapshot] = from?.split('@') ?? [standardOf(model)?.name];
  if (source === undefined) return 'no-environments';
  const being = find(model, source);
  if (being === undefined) return 'no-such-environment';
  const missing = snapshot === undefined ? undefined : refuseSnapshot(model, being, snapshot);
  if (missing !== undefined) return missing;
  if (being.root.torn) return 'file-malformed';
  if (name !== undefined && isTaken(model, name, undefined)) return 'name-taken';
  const root = snapshot === undefined ? being.root : snapshotsOf(model, being).get(snapshot);
  if (!activate || root === undefined) return undefined;
  return refuseMenu(model.environments, { ...being, root }) ?? refuseMounts(model, root);
}

function refuseSnapshot(model: Model, being: Being, name: string): ProblemCode | undefined {
  return snapshotsOf(model, being).has(name) ? undefined : 'no-such-snapshot';
}

function refuseRollback({ name, snapshot }: Command<'rollback'>, model: Model): ProblemCode | undefined {
  const being = beingOf(model, name);
  const kept = snapshotsOf(model, being).get(snapshot);
  if (kept === undefined) return 'no-such-snapshot';
  if (isKept(model, being, [kept])) return 'environment-in-use';
  const after = model.environments.map((candidate) => (candidate === being ? { ...being, root: kept } : candidate));
  const active = activeOf(model);
  const menu = refuseMenu(after, active === being ? after[model.environments.indexOf(being)] : active);
  return menu ?? (active === being ? refuseMounts(model, kept) : undefined);
}

/** Whether something needs the present state of an environment. `staying` are its own roots that also use volumes. */
function isKept(model: Model, being: Being, staying: readonly Root[]): boolean {
  const { root, held } = being;
  if (root === model.running || held || root.path === '' || model.startsGrub(root)) return true;
  const gone = goneWith(root);
  const others = model.environments.filter((candidate) => candidate !== being);
  const roots = [...others.map((candidate) => candidate.root), ...staying];
  return roots.some((other) => gone.has(other) || [...volumesOf(other).values()].some((node) => gone.has(node)));
}

function isTaken({ environments }: Model, name: string, but: Being | undefined): boolean {
  return environments.some(
    (candidate) => candidate !== but && beNameKey(beName(candidate.name)) === beNameKey(beName(name)),
  );
}

/** A menu needs a default that boots. */
function refuseMenu(environments: readonly Being[], active: Being | undefined): ProblemCode | undefined {
  if (active === undefined) return 'no-environments';
  if (boots(active)) return undefined;
  if (active.root.torn) return 'file-malformed';
  return environments.some(boots) ? 'active-not-bootable' : 'nothing-bootable';
}

/** A booted system mounts its fstab, and a deleted subvolume cannot be mounted. The top level always exists. */
function refuseMounts({ alive }: Model, { mounted }: Root): ProblemCode | undefined {
  const isGone = ([place, node]: readonly [string, Node]): boolean => !/^\/mnt\/top/.test(place) && !alive.has(node);
  return [...mounted].some(isGone) ? 'cannot-boot' : undefined;
}

function boots({ root }: Being): boolean {
  return !root.torn && root.kernels.size > 0;
}
