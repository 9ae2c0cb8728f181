import type { BeName } from '../model/be-name.ts';
import type { BootEnvironment } from '../model/environment.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { SnapshotName, Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { etcBefore, type PackageManager } from '../model/upgrade.ts';
import { findBootFaultOf } from './can-boot.ts';
import { markOf } from './change-mark.ts';
import { decideFates } from './clone-volumes.ts';
import { type CreateIntent, chooseCopy, planCreate } from './create.ts';
import { activeUuid, findChangeable } from './find-environment.ts';
import { findSource } from './find-source.ts';
import { foresee, withActive, withMark } from './foresee.ts';
import { planOnce } from './once.ts';
import { commit, settle } from './ordering.ts';
import type { PackageFacts } from './package-manager.ts';
import { prune } from './prune.ts';
import { planSnapshot } from './snapshot.ts';
import { usesOf } from './subvolume-set.ts';
import { afterwards, planSync } from './sync.ts';
import { thenSync } from './then-sync.ts';
import type { World } from './world.ts';

/** What is to be changed in a copy of which boot environment. */
export interface UpgradeIntent {
  /** Undefined is the running one, or where none runs the active one. */
  readonly source: Target | undefined;
  /** Undefined is a name made of the source's; the copy is then one that be-hook may take away again. */
  readonly name: BeName | undefined;
  readonly description: string | undefined;
  /** What becomes of the copy when all went well. */
  readonly activation: CreateIntent['activation'];
  /** Seconds since 1970. */
  readonly now: number;
}

/** The subvolume, in the depot, in which packages wait that were downloaded for a copy. */
export const packageCache = 'be-hook/.packages';

/**
 * How many times the size of what was downloaded has to be free: packages unpack to three or four times their size, and
 * in a copy nothing takes the place of what it replaces.
 */
const unpacked = 4;

/** A plan that makes a copy, and the copy's name. */
export interface BeginPlan extends Plan {
  readonly name: BeName;
  readonly source: string;
}

/** Refuses what could not be upgraded, before anything is downloaded; answers what is to be copied. */
export function checkUpgrade(world: World, intent: UpgradeIntent): Target | Problem {
  const chosen = chooseCopy(world, intent);
  if (isProblem(chosen)) return chosen;
  const once = intent.activation === 'once' ? planOnce(world, chosen.name) : undefined;
  return isProblem(once) ? once : chosen.target;
}

/** The package manager that the source's settings ask for. */
export function configuredManager({ state }: World, { name }: Target): PackageManager | undefined {
  const found = state.environments.find((one) => one.name === name);
  return found?.config.packageManager;
}

/** A package database that a copy shares with its source would be wrong for one of the two. */
export function checkDatabase(world: World, source: Target, { database }: PackageFacts): Problem | undefined {
  const found = findSource(world, source);
  if (isProblem(found)) return found;
  const { shared, cloned } = decideFates(found.root, found.volumes, world.observation);
  const later = found.root.copiesAtBoot ? cloned.filter(({ marked }) => marked === 'cloned-at-boot') : [];
  const volume = [...shared, ...later].find(
    ({ mountpoint }) => database === mountpoint || database?.startsWith(`${mountpoint}/`),
  );
  if (volume === undefined || database === undefined) return undefined;
  return { code: 'package-database-shared', name: found.name, path: database, mountpoint: volume.mountpoint };
}

/** Makes the place for downloaded packages. */
export function planPackageCache({ observation }: World): Plan {
  const isThere = observation.subvolumes.some(({ path }) => path === packageCache);
  const reason = 'the downloaded packages wait there for the copy';
  return {
    steps: isThere ? [] : [{ kind: 'create-subvolume', path: packageCache, reason }],
    warnings: [],
    unresolved: [],
  };
}

/**
 * Makes the copy, which is in no menu yet. `downloaded` is the size in bytes of the packages to unpack in it. Copies whose
 * upgrade was interrupted are evidence from now on, because be-hook never resumes an rpm transaction.
 */
export function planUpgradeBegin(
  world: World,
  intent: UpgradeIntent & { readonly source: Target },
  downloaded: number,
): BeginPlan | Problem {
  const { free } = world.observation.filesystem;
  const needed = downloaded * unpacked;
  if (free < needed) return { code: 'space-short', needed, free };
  const chosen = chooseCopy(world, intent);
  if (isProblem(chosen)) return chosen.code === 'name-taken' ? { ...chosen, remedy: 'name-option' } : chosen;
  const { name, source } = chosen;
  const made: CreateIntent['marked'] = intent.name === undefined ? { automatic: true } : {};
  const marked = { ...made, state: 'upgrading' } as const;
  const plan = planCreate(world, { ...intent, name, activation: 'none', marked });
  if (isProblem(plan)) return plan;
  const interrupted = findInterrupted(world).map((copy) => markFailed(copy, 'its upgrade was interrupted'));
  return { ...plan, steps: [...keepEtc(plan.steps), ...interrupted], name, source: source.name };
}

/** Keeps /etc as it was copied, before files in it are made to name the copy: what changes in it later is known by that. */
function keepEtc(steps: readonly Step[]): readonly Step[] {
  const root = steps.find((step) => step.kind === 'clone-subvolume')?.to;
  if (root === undefined) return steps;
  const reason = 'later changes in the source are found by comparing with it';
  const keep: Step = { kind: 'copy-tree', from: `${root}/etc`, to: root + etcBefore, reason };
  const copied = steps.findLastIndex(({ kind }) => kind === 'clone-subvolume' || kind === 'replace-placeholder') + 1;
  return [...steps.slice(0, copied), keep, ...steps.slice(copied)];
}

const nothing: Plan = { steps: [], warnings: [], unresolved: [] };

/** Those in which nothing is at work although they say so. */
function findInterrupted({ observation, state: { environments } }: World): readonly BootEnvironment[] {
  return environments.filter(
    ({ state, subvolume }) => state === 'upgrading' && usesOf([subvolume], observation)?.length === 0,
  );
}

function markFailed(environment: BootEnvironment, reason: string): Step {
  const mark = { ...markOf(environment), state: 'failed' } as const;
  return { kind: 'set-mark', path: environment.subvolume.path, mark, reason };
}

/** Keeps a copy in which something went wrong as evidence; one that is complete, or known for failed, stays what it is. */
export function planUpgradeFailed({ state }: World, name: string): Plan | Problem {
  const found = findChangeable(state, name);
  if (isProblem(found)) return found;
  if (found.state !== 'upgrading') return nothing;
  return { ...nothing, steps: [markFailed(found, 'the failed copy is kept for be-hook diagnose'), commit] };
}

/** Makes a copy in which all went well a boot environment like any other, and boots it next if that is wanted. */
export function planUpgradeDone(
  world: World,
  { name, activation, now }: Pick<CreateIntent, 'activation' | 'now'> & { readonly name: string },
): Plan | Problem {
  const { observation, state } = world;
  const found = findChangeable(state, name);
  if (isProblem(found)) return found;
  const { uuid, path } = found.subvolume;
  const firstBoot = found.firstBoot && ({ ...found.firstBoot, migration: 'due' } as const);
  const mark = markOf({ ...found, state: undefined, firstBoot });
  const reason = `“${name}” is complete`;
  const marked = foresee(world, withMark(found.subvolume, mark));
  const once = activation === 'once' ? planOnce(marked, name) : undefined;
  if (isProblem(once)) return once;
  const isDefault = activation === 'default';
  const complete = once?.world ?? marked;
  const pruning = prune(isDefault ? foresee(complete, withActive(uuid)) : complete, now);
  const menu = planSync(pruning.world, afterwards);
  if (isProblem(menu)) return menu;
  const fault = activation === 'none' ? undefined : findBootFaultOf(name, pruning.world);
  if (fault !== undefined) return fault;
  const installed = settle('the packages must be on disk before a menu names the copy');
  const steps: Step[] = [installed, { kind: 'set-mark', path, mark, reason }, ...(once?.steps ?? [])];
  if (isDefault) steps.push({ kind: 'set-active', uuid, reason: `“${name}” becomes the default` });
  const plan = thenSync(steps, pruning.world, { from: activeUuid(state) });
  if (isProblem(plan)) return plan;
  const later = firstBoot === undefined ? [] : ['Post-upgrade hooks run at its first boot.'];
  const cache = observation.subvolumes.find((one) => one.path === packageCache);
  const last: Step[] = once === undefined ? [] : [once.last];
  if (cache !== undefined && usesOf([cache], observation)?.length === 0)
    last.push({ kind: 'delete-subvolume', path: cache.path, id: cache.id, reason: 'the packages are installed' });
  return { ...plan, steps: [...plan.steps, ...last, ...pruning.steps], notes: [...later, ...pruning.notes] };
}

/** The snapshot that keeps what was upgraded, before anything runs on the upgraded software. */
export const checkpoint = 'upgraded' as SnapshotName;

/** Keeps a copy in which packages were changed, although it is not complete. */
export function planCheckpoint(world: World, name: BeName, now: number): Plan | Problem {
  const found = findChangeable(world.state, name);
  if (isProblem(found)) return found;
  const mark = markOf({ ...found, state: undefined, firstBoot: undefined });
  const description = 'before the post-upgrade hooks';
  return planSnapshot(foresee(world, withMark(found.subvolume, mark)), {
    name,
    snapshot: checkpoint,
    description,
    now,
  });
}
