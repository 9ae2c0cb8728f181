import fc from 'fast-check';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { SnapshotName } from '../../../lib/model/snapshot-name.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { planActivate } from '../../../lib/plan/activate.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { withDroppedImages } from '../../../lib/plan/drop-images.ts';
import { planRollback } from '../../../lib/plan/rollback.ts';
import { planSnapshot } from '../../../lib/plan/snapshot.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planTidy } from '../../../lib/plan/tidy.ts';
import { type World, worldOf } from '../../../lib/plan/world.ts';
import { beName } from '../builders.ts';
import { type BootMachine, type KernelContents, observe } from './machine.ts';

/** The kernels of a root, by release. */
export type Kernels = ReadonlyMap<string, KernelContents>;

/** What a machine with a separate /boot must contain. */
export interface BootModel {
  readonly environments: ReadonlyMap<string, Kernels>;
  /** By `ENVIRONMENT@SNAPSHOT`. */
  readonly snapshots: ReadonlyMap<string, Kernels>;
  readonly running: string;
  readonly active: string;
}

/** A command of be-hook. */
export type BootCommand =
  | { readonly verb: 'sync' }
  | { readonly verb: 'create'; readonly name: string; readonly from: string }
  | { readonly verb: 'snapshot' | 'destroy' | 'rollback'; readonly name: string; readonly snapshot: string }
  | { readonly verb: 'destroy' | 'activate'; readonly name: string };

/** What package managers and users do without be-hook. `count` makes contents and stamps unique. */
export type BootEvent = KernelEvent | { readonly verb: 'reboot'; readonly name: string };

/** A change of a kernel in the running system. */
export interface KernelEvent {
  readonly verb: 'install' | 'rewrite' | 'reinstall' | 'remove';
  readonly release: string;
  readonly count: number;
}

/** A command before the state of the model is known. Its numbers choose from the objects of the model. */
export interface BootDraft {
  readonly verb: BootVerb;
  readonly who: number;
  readonly what: number;
}

/** All verbs of commands and events. */
export type BootVerb = (BootCommand | BootEvent)['verb'];

const weights: Readonly<Record<BootVerb, number>> = {
  create: 2,
  snapshot: 3,
  destroy: 3,
  rollback: 4,
  activate: 1,
  sync: 1,
  install: 5,
  rewrite: 4,
  reinstall: 1,
  remove: 2,
  reboot: 5,
};

/** All verbs of commands. */
export const commandVerbs = ['create', 'snapshot', 'destroy', 'rollback', 'activate', 'sync'] as const;

/** Any draft. */
export const anyBootDraft: fc.Arbitrary<BootDraft> = fc.record(
  {
    verb: fc.oneof(
      ...Object.entries(weights).map(([verb, weight]) => ({ arbitrary: fc.constant(verb as BootVerb), weight })),
    ),
    who: fc.nat({ max: 30 }),
    what: fc.nat({ max: 30 }),
  },
  { noNullPrototype: true },
);

const names = ['b', 'c', 'd'];
const snapshotNames = ['s', 't'];

/** The kernel releases of the machine. They are few, so that environments often have the same ones. */
const releases = ['6.1.0-1', '6.10.0-2'] as const;

/** Completes a draft. Undefined if the model has no suitable object. `count` differs in each call. */
export function fillInBoot(draft: BootDraft, model: BootModel, count: number): BootCommand | BootEvent | undefined {
  const { verb } = draft;
  const args = makers[verb](draft, model);
  if (args === undefined) return undefined;
  return { verb, ...args, ...('release' in args ? { count } : {}) } as BootCommand | BootEvent;
}

type Maker = (draft: BootDraft, model: BootModel) => object | undefined;

const makers: Readonly<Record<BootVerb, Maker>> = {
  sync: () => ({}),
  create: ({ who, what }, { environments, snapshots }) => {
    const free = names.filter((candidate) => !environments.has(candidate));
    return both('name', pick(free, what), 'from', pick([...environments.keys(), ...snapshots.keys()], who));
  },
  snapshot: ({ who, what }, { environments, snapshots }) => {
    const name = pick([...environments.keys()], who);
    const free = snapshotNames.filter((candidate) => !snapshots.has(`${name}@${candidate}`));
    return both('name', name, 'snapshot', pick(free, what));
  },
  destroy: ({ who, what }, { environments, snapshots, running, active }) => {
    if (what % 2 === 0) return splitKey(pick([...snapshots.keys()], who));
    const unused = [...environments.keys()].filter((name) => name !== running && name !== active);
    return only('name', pick(unused, who));
  },
  rollback: ({ who }, { snapshots, running }) => {
    return splitKey(
      pick(
        [...snapshots.keys()].filter((key) => !key.startsWith(`${running}@`)),
        who,
      ),
    );
  },
  activate: ({ who }, { environments }) => only('name', pick([...environments.keys()], who)),
  reboot: ({ who }, { environments }) => only('name', pick([...environments.keys()], who)),
  install: ({ what }) => only('release', pick(releases, what)),
  rewrite: ({ what }, model) => only('release', pick(ownReleases(model), what)),
  reinstall: ({ what }, model) => only('release', pick(ownReleases(model), what)),
  remove: ({ what }, model) => {
    const own = ownReleases(model);
    return own.length < 2 ? undefined : only('release', pick(own, what));
  },
};

function ownReleases({ environments, running }: BootModel): readonly string[] {
  return [...(environments.get(running)?.keys() ?? [])];
}

function only(key: string, value: string | undefined): object | undefined {
  return value === undefined ? undefined : { [key]: value };
}

function both(key: string, value: string | undefined, other: string, second: string | undefined): object | undefined {
  return value === undefined || second === undefined ? undefined : { [key]: value, [other]: second };
}

function splitKey(key: string | undefined): object | undefined {
  const [name, snapshot] = key?.split('@') ?? [];
  return both('name', name, 'snapshot', snapshot);
}

function pick<T>(all: readonly T[], index: number): T | undefined {
  return all[index % Math.max(1, all.length)];
}

/** The plan of a command, as `act` completes it. `now` is in seconds since 1970. */
export function planBoot(machine: BootMachine, command: BootCommand, now: number): Plan | Problem {
  const world = worldOf(observe(machine, requestOf(machine, command)), grub);
  const plan = planIn(world, command, now);
  return isProblem(plan) ? plan : withDroppedImages(plan, world);
}

function requestOf(machine: BootMachine, command: BootCommand): Parameters<typeof observe>[1] {
  switch (command.verb) {
    case 'create':
      return { candidates: snapshotRoots(machine, command.from.split('@')[1]), all: true };
    case 'snapshot':
      return { all: true };
    case 'rollback':
      return { candidates: snapshotRoots(machine, command.snapshot) };
    case 'sync':
    case 'activate':
    case 'destroy':
      return {};
  }
}

function planIn(world: World, command: BootCommand, now: number): Plan | Problem {
  switch (command.verb) {
    case 'sync':
      return planSyncAndTidy(world);
    case 'create': {
      const [name = '', snapshot] = command.from.split('@');
      const source = { name, snapshot };
      return planCreate(world, { source, name: beName(command.name), description: undefined, activation: 'none', now });
    }
    case 'activate':
      return planActivate(world, command.name);
    case 'destroy':
      return planDestroy(world, {
        name: command.name,
        snapshot: 'snapshot' in command ? command.snapshot : undefined,
      });
    case 'snapshot': {
      const { name, snapshot } = command;
      return planSnapshot(world, { name, snapshot: snapshot as SnapshotName, description: undefined, now });
    }
    case 'rollback':
      return planRollback(world, { name: command.name, snapshot: command.snapshot }, now);
  }
}

function planSyncAndTidy(world: World): Plan | Problem {
  const plan = planSync(world, { refreshDistributionMenu: false });
  return isProblem(plan) ? plan : { ...plan, steps: [...plan.steps, ...planTidy(world)] };
}

function snapshotRoots({ disk }: BootMachine, snapshot: string | undefined): readonly string[] {
  return snapshot === undefined
    ? []
    : disk.roots.filter(({ readOnly }) => readOnly).map(({ subvolume }) => subvolume.path);
}
