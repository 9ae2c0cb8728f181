import type { BeName } from '../model/be-name.ts';
import type { BootEnvironment } from '../model/environment.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { SnapshotName, Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { etcBefore, type PackageManager } from '../model/upgrade.ts';
import { activationSteps } from './activation.ts';
import { findBootFaultOf } from './can-boot.ts';
import { markOf } from './change-mark.ts';
import { resolveClonePolicies } from './clone-volumes.ts';
import { type CreateIntent, chooseCopy, foreseeCreate, planCreate } from './create.ts';
import { activeUuid, findChangeable } from './find-environment.ts';
import { findSource } from './find-source.ts';
import { foresee, withActive, withMark } from './foresee.ts';
import { planOnce } from './once.ts';
import { commit, settle } from './ordering.ts';
import type { PackageFacts } from './package-manager.ts';
import { prune } from './prune.ts';
import { findShortageOf, findUpgradeShortage } from './secure-kernels.ts';
import { planSnapshot } from './snapshot.ts';
import { usesOf } from './subvolume-set.ts';
import { afterwards, planSync } from './sync.ts';
import { thenSync } from './then-sync.ts';
import type { World } from './world.ts';

/** The request to change packages in a copy of a boot environment. */
export interface UpgradeIntent {
  /** Undefined is the running one, or the active one if none runs. */
  readonly source: Target | undefined;
  /** Undefined is a name made of the source's. be-hook may later delete such a copy. */
  readonly name: BeName | undefined;
  readonly description: string | undefined;
  /** Whether the copy boots after a successful upgrade. */
  readonly activation: CreateIntent['activation'];
  /** Seconds since 1970. */
  readonly now: number;
}

/** The subvolume in the store for packages that were downloaded for a copy. */
export const packageCache = 'be-hook/.packages';

/**
 * How many times the size of the downloaded packages has to be free. Packages unpack to three or four times their size,
 * and in a copy the new files do not free the space of the old ones.
 */
const unpacked = 4;

/** A plan that makes a copy, and the copy's name. */
export interface BeginPlan extends Plan {
  readonly name: BeName;
  readonly source: string;
}

/** Refuses an upgrade that cannot succeed, before anything is downloaded. Returns the target to copy. */
export function checkUpgrade(world: World, intent: UpgradeIntent): Target | Problem {
  const chosen = chooseCopy(world, intent);
  if (isProblem(chosen)) return chosen;
  const once = intent.activation === 'once' ? planOnce(world, chosen.name) : undefined;
  return isProblem(once) ? once : (findUpgradeShortage(world, chosen.target) ?? chosen.target);
}

/** The package manager in the source's settings. */
export function configuredManager({ state }: World, { name }: Target): PackageManager | undefined {
  const found = state.environments.find((environment) => environment.name === name);
  return found?.config.packageManager;
}

/** If a copy shared the package database with its source, the database would be wrong for one of the two. */
export function checkDatabase(world: World, source: Target, { database }: PackageFacts): Problem | undefined {
  const found = findSource(world, source);
  if (isProblem(found)) return found;
  const { shared, cloned } = resolveClonePolicies(found.root, found.volumes, world.observation);
  const later = found.root.copiesAtBoot ? cloned.filter(({ marked }) => marked === 'cloned-at-boot') : [];
  const volume = [...shared, ...later].find(
    ({ mountpoint }) => database === mountpoint || database?.startsWith(`${mountpoint}/`),
  );
  if (volume === undefined || database === undefined) return undefined;
  return { code: 'package-database-shared', name: found.name, path: database, mountpoint: volume.mountpoint };
}

/** Makes the subvolume for downloaded packages. */
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
 * Makes the copy, which no menu contains yet. `downloaded` is the size in bytes of the packages to unpack in it. It
 * marks copies with an interrupted upgrade as failed, because be-hook never resumes an rpm transaction. They stay as
 * evidence.
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
  const { name, source, target } = chosen;
  const shortage = findUpgradeShortage(world, target);
  if (shortage !== undefined) return shortage;
  const asCopy: CreateIntent['marked'] = intent.name === undefined ? { automatic: true } : {};
  const marked = { ...asCopy, state: 'upgrading' } as const;
  const plan = planCreate(world, { ...intent, name, activation: 'none', marked });
  if (isProblem(plan)) return plan;
  const interrupted = findInterrupted(world).map((copy) => markFailed(copy, 'its upgrade was interrupted'));
  return { ...plan, steps: [...keepEtc(plan.steps), ...interrupted], name, source: source.name };
}

/** Sentences about the boot environments that retention would delete after a successful job. */
export function foreseeDeletions(
  world: World,
  intent: UpgradeIntent & { readonly source: Target },
): readonly string[] | Problem {
  const marked: CreateIntent['marked'] = intent.name === undefined ? { automatic: true } : {};
  const activation = intent.activation === 'default' ? 'default' : 'none';
  const complete = foreseeCreate(world, { ...intent, activation, marked });
  return isProblem(complete) ? complete : prune(complete, intent.now).notes;
}

/**
 * Keeps the copied /etc before be-hook edits the files that must name the copy. By comparison with it be-hook later
 * finds changes.
 */
function keepEtc(steps: readonly Step[]): readonly Step[] {
  const root = steps.find((step) => step.kind === 'clone-subvolume')?.to;
  if (root === undefined) return steps;
  const reason = 'later changes in the source are found by comparing with it';
  const keep: Step = { kind: 'copy-tree', from: `${root}/etc`, to: root + etcBefore, reason };
  const copied = steps.findLastIndex(({ kind }) => kind === 'clone-subvolume' || kind === 'replace-placeholder') + 1;
  return [...steps.slice(0, copied), keep, ...steps.slice(copied)];
}

const nothing: Plan = { steps: [], warnings: [], unresolved: [] };

/** Copies that claim to be upgrading, but in which no process runs. */
function findInterrupted({ observation, state: { environments } }: World): readonly BootEnvironment[] {
  return environments.filter(
    ({ state, subvolume }) => state === 'upgrading' && usesOf([subvolume], observation)?.length === 0,
  );
}

function markFailed(environment: BootEnvironment, reason: string): Step {
  const mark = { ...markOf(environment), state: 'failed' } as const;
  return { kind: 'set-mark', path: environment.subvolume.path, mark, reason };
}

/** Keeps a failed copy as evidence. A copy that is complete, or that is marked as failed already, does not change. */
export function planUpgradeFailed({ state }: World, name: string): Plan | Problem {
  const found = findChangeable(state, name);
  if (isProblem(found)) return found;
  if (found.state !== 'upgrading') return nothing;
  return { ...nothing, steps: [markFailed(found, 'the failed copy is kept for be-hook diagnose'), commit] };
}

/** Makes a successfully upgraded copy an ordinary boot environment, and boots it next if the user asked for that. */
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
  const shortage = findShortageOf(name, pruning.world, menu);
  if (shortage !== undefined) return shortage;
  const fault = activation === 'none' ? undefined : findBootFaultOf(name, pruning.world);
  if (fault !== undefined) return fault;
  const installed = settle('the packages must be on disk before a menu names the copy');
  const steps: Step[] = [installed, { kind: 'set-mark', path, mark, reason }, ...(once?.steps ?? [])];
  if (isDefault) steps.push(...activationSteps(world, uuid, `“${name}” becomes the default`));
  const plan = thenSync(steps, pruning.world, { from: activeUuid(state) });
  if (isProblem(plan)) return plan;
  const later = firstBoot === undefined ? [] : ['Post-upgrade hooks run at its first boot.'];
  const cache = observation.subvolumes.find((subvolume) => subvolume.path === packageCache);
  const last: Step[] = once === undefined ? [] : [once.last];
  if (cache !== undefined && usesOf([cache], observation)?.length === 0)
    last.push({ kind: 'delete-subvolume', path: cache.path, id: cache.id, reason: 'the packages are installed' });
  return { ...plan, steps: [...plan.steps, ...last, ...pruning.steps], notes: [...later, ...pruning.notes] };
}

/** The snapshot of the upgraded copy before the post-upgrade hooks run. */
export const checkpoint = 'upgraded' as SnapshotName;

/** Takes a snapshot of a copy in which packages were changed, although the copy is not complete. */
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
