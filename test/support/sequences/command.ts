import fc from 'fast-check';
import type { VolumePolicy } from '../../../lib/model/volume.ts';
import { find, type Model, snapshotsOf, volumesOf } from './model.ts';

interface Named {
  readonly name: string;
}

/** An action of a user, a package manager or a reboot, with its arguments. The last five are not commands of be-hook. */
export interface CommandArgs {
  create: { readonly name: string | undefined; readonly from: string | undefined; readonly activate: boolean };
  snapshot: Named & { readonly snapshot: string };
  activate: Named;
  hold: Named;
  release: Named;
  forget: Named;
  destroy: Named & { readonly snapshot: string | undefined };
  rollback: Named & { readonly snapshot: string };
  rename: Named & { readonly to: string };
  describe: Named & { readonly text: string };
  cmdline: Named & { readonly append: string; readonly remove: string };
  volume: Named & { readonly place: string; readonly policy: VolumePolicy };
  adopt: { readonly path: string; readonly name: string | undefined };
  sync: object;
  install: Named & { readonly release: string };
  remove: Named & { readonly release: string };
  write: Named & { readonly text: string };
  fill: Named & { readonly place: string; readonly text: string };
  reboot: Named;
}

/** The kinds of commands. */
export type Verb = keyof CommandArgs;

/** One command. */
export type Command<V extends Verb = Verb> = { readonly [K in V]: { readonly verb: K } & CommandArgs[K] }[V];

/** A function for each kind of command. */
export type Table<V extends Verb, More extends readonly unknown[], R> = {
  readonly [K in V]: (command: Command<K>, ...more: More) => R;
};

/** The function of a table for a command. */
export function lookUp<V extends Verb, More extends readonly unknown[], R>(
  table: Table<V, More, R>,
  command: Command<V>,
  ...more: More
): R {
  const found = table[command.verb];
  return found(command, ...more);
}

/** The actions that are not commands of be-hook. */
export type FactVerb = 'install' | 'remove' | 'write' | 'fill' | 'reboot';

/** See `FactVerb`. */
export const facts: readonly FactVerb[] = ['install', 'remove', 'write', 'fill', 'reboot'];

/** Distinguishes them from commands of be-hook. */
export function isFact(command: Command): command is Command<FactVerb> {
  return facts.some((verb) => verb === command.verb);
}

/** A command as typed in a shell, for the log of a failed sequence. */
export function printCommand({ verb, ...words }: Command): string {
  const said = Object.entries(words).filter(([, value]) => value !== undefined && value !== '');
  return [verb, ...said.map(([key, value]) => `${key}=${String(value)}`)].join(' ');
}

/** A command before the state of the model is known. Its numbers choose from the objects of the model. */
export interface Draft {
  readonly verb: Verb;
  readonly who: number;
  readonly what: number;
  readonly how: number;
  readonly yes: boolean;
}

/** The weight of each kind of draft. */
const weights: Readonly<Record<Verb, number>> = {
  create: 6,
  snapshot: 4,
  activate: 2,
  hold: 1,
  release: 2,
  forget: 1,
  destroy: 5,
  rollback: 3,
  rename: 2,
  describe: 1,
  cmdline: 1,
  volume: 2,
  adopt: 2,
  sync: 1,
  install: 1,
  remove: 1,
  write: 2,
  fill: 2,
  reboot: 1,
};

/** All kinds of commands. */
export const verbs = Object.keys(weights) as Verb[];

/** Any draft except of these verbs. It shrinks towards the first environment and the first choice. */
export function anyDraft(without: readonly Verb[]): fc.Arbitrary<Draft> {
  const used = verbs.filter((verb) => !without.includes(verb));
  return draftOf(fc.oneof(...used.map((verb) => ({ arbitrary: fc.constant(verb), weight: weights[verb] }))));
}

/** Some drafts of `anyDraft`, and then three of one kind, which the model can probably apply by then. */
export function draftsEndingIn(verb: Verb, without: readonly Verb[]): fc.Arbitrary<readonly Draft[]> {
  const before = fc.array(anyDraft(without), { maxLength: 6, size: 'max' });
  const last = fc.array(draftOf(fc.constant(verb)), { minLength: 3, maxLength: 3 });
  return fc.tuple(before, last).map((both) => both.flat());
}

function draftOf(verb: fc.Arbitrary<Verb>): fc.Arbitrary<Draft> {
  const small = fc.nat({ max: 30 });
  return fc.record({ verb, who: small, what: small, how: small, yes: fc.boolean() }, { noNullPrototype: true });
}

// Some of these names are equal for a boot loader: see beNameKey.
const names = ['a', 'b', 'c', 'b-2', 'B', 'a.01', 'a.1', 'fedora-44', 'x+y'];
const snapshotNames = ['s', 't', '2026-01-01-10:00:00'];
const releases = ['6.1.0-1', '6.9.0-1', '6.10.0-2'];
const policies: readonly VolumePolicy[] = ['cloned', 'shared', 'cloned-at-boot'];
const words = ['quiet', 'nosmt', 'mitigations=off', 'rootflags=compress=zstd', 'a="b c"'];
const reserved = ['root=UUID=x', 'rootflags=subvol=elsewhere', 'BOOT_IMAGE=y'];

/** The objects to choose from. */
interface Choice {
  readonly model: Model;
  readonly draft: Draft;
  readonly name: string;
  /** Whether an environment has that name. */
  readonly known: boolean;
  /** One of its volumes, and whether it is read-only. */
  readonly place: string | undefined;
  readonly frozen: boolean;
  /** A snapshot and its environment, which may be another one. */
  readonly keeper: string | undefined;
  readonly snapshot: string | undefined;
}

/** Completes a draft with objects of the model. Undefined if there is no suitable object. */
export function fillIn(draft: Draft, model: Model): Command | undefined {
  const { who, what } = draft;
  // Users sometimes mistype a name.
  const mistyped = who % 13 === 12;
  const kept = model.environments.flatMap((candidate) =>
    [...snapshotsOf(model, candidate).keys()].map((key) => [candidate.name, key] as const),
  );
  const wrong = [['missing', 's'] as const, ...kept.map(([one]) => [one, 'none'] as const)];
  const [keeper, snapshot] = pick(mistyped ? wrong : kept, what) ?? [];
  const all = model.environments.map((candidate) => candidate.name);
  const name = pick(mistyped ? ['missing'] : all, who) ?? 'missing';
  const being = find(model, name);
  const volumes = being === undefined ? [] : [...volumesOf(being.root)].filter(([path]) => isOrdinary(path));
  const [place, node] = pick(volumes, what) ?? [];
  const choice: Choice = {
    model,
    draft,
    name,
    known: being !== undefined,
    place,
    frozen: node?.frozen === true,
    keeper,
    snapshot,
  };
  const args = makers[draft.verb](choice);
  return args === undefined ? undefined : ({ verb: draft.verb, ...args } as Command);
}

type Makers = { readonly [V in Verb]: (choice: Choice) => CommandArgs[V] | undefined };

const named = ({ name }: Choice): Named => ({ name });

const makers: Makers = {
  create: ({ draft: { who, how, yes }, name, keeper, snapshot }) => {
    const from = snapshot === undefined || how % 2 === 0 ? name : `${keeper ?? ''}@${snapshot}`;
    return { name: pick([...names, undefined], who + how), from: how % 7 === 0 ? undefined : from, activate: yes };
  },
  snapshot: ({ draft: { what }, name }) => ({ name, snapshot: pick(snapshotNames, what) ?? '' }),
  activate: named,
  hold: named,
  release: named,
  forget: named,
  destroy: ({ draft: { yes }, name, keeper, snapshot }) =>
    yes && keeper !== undefined ? { name: keeper, snapshot } : { name, snapshot: undefined },
  rollback: ({ keeper, snapshot }) =>
    keeper === undefined || snapshot === undefined ? undefined : { name: keeper, snapshot },
  rename: ({ draft: { what }, name }) => ({ name, to: pick(names, what) ?? '' }),
  describe: ({ draft: { what }, name }) => ({ name, text: pick(['', "it's “old”", '; halt'], what) ?? '' }),
  cmdline: ({ draft: { what, how, yes }, name }) => {
    const choice = pick([...words, ...(how % 5 === 4 ? reserved : [])], what) ?? '';
    return { name, append: yes ? choice : '', remove: yes ? '' : choice };
  },
  volume: ({ draft: { how }, name, place }) =>
    place === undefined ? undefined : { name, place, policy: pick(policies, how) ?? 'cloned' },
  adopt: ({ model, draft: { who, what, yes } }) => {
    const unmarked = model.environments.filter(({ marked }) => yes || !marked).map(({ root }) => root);
    const path = pick([...model.strays, ...unmarked], who)?.path;
    return path === undefined ? undefined : { path, name: pick([...names, undefined], what) };
  },
  sync: () => ({}),
  install: ({ draft: { what }, name, known }) => (known ? { name, release: pick(releases, what) ?? '' } : undefined),
  remove: ({ draft: { what }, name, known }) => (known ? { name, release: pick(releases, what) ?? '' } : undefined),
  write: ({ draft: { how }, name, known }) => (known ? { name, text: `text${how}` } : undefined),
  fill: ({ draft: { how }, name, place, frozen }) =>
    place === undefined || frozen ? undefined : { name, place, text: `data${how}` },
  reboot: ({ name, known }) => (known ? { name } : undefined),
};

/** Excludes the top level and the subvolumes that are visible through it, because they are not volumes. */
function isOrdinary(place: string): boolean {
  return !/^\/mnt\/(top|other)\b/.test(place);
}

function pick<T>(all: readonly T[], index: number): T | undefined {
  return all[index % Math.max(1, all.length)];
}
