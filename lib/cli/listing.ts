import { inspectSpace, type MeasuredState, type SpaceRequest } from '../app/space.ts';
import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { compareAge } from '../model/environment-age.ts';
import { compareKernels } from '../model/kernel.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError, isProblem } from '../model/problem.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { type Space, unmeasured } from '../model/space.ts';
import { compareText } from '../model/version-order.ts';
import type { Volume } from '../model/volume.ts';
import type { Where } from '../model/where.ts';
import { findEnvironment } from '../plan/find-environment.ts';

/** One boot environment of a list. */
export interface Listed {
  readonly environment: BootEnvironment;
  readonly space: Space;
  readonly snapshots: readonly { readonly snapshot: Snapshot; readonly space: Space }[];
  /**
   * Each volume with the file data written into it. Undefined for a shared volume, and for one that was not measured.
   */
  readonly volumes: readonly { readonly volume: Volume; readonly written: number | undefined }[];
}

/** What to list. */
export interface ListRequest {
  readonly where: Where | undefined;
  /** The name of the only environment to list. */
  readonly name: string | undefined;
  /** Whether snapshots are measured too. */
  readonly snapshots: boolean;
  readonly measure: SpaceRequest['measure'];
  readonly progress?: SpaceRequest['progress'];
}

/** A list: the active one first, then the running one, then the youngest. */
export interface Listing {
  readonly state: SystemState;
  readonly listed: readonly Listed[];
}

/** Observes and measures for a list. Throws `no-such-environment` and what `inspect` throws. */
export async function makeListing(request: ListRequest): Promise<Listing> {
  const roots = (state: SystemState): readonly Subvolume[] =>
    choose(state, request.name).flatMap((environment) => [
      environment.subvolume,
      ...(request.snapshots ? environment.snapshots.map(({ subvolume }) => subvolume) : []),
    ]);
  const quiet = (): void => undefined;
  const { measure, progress = quiet } = request;
  const measured = await inspectSpace(request.where, { measure, roots, progress });
  const { state } = measured;
  return { state, listed: choose(state, request.name).map((environment) => describe(environment, measured)) };
}

function choose(state: SystemState, name: string | undefined): readonly BootEnvironment[] {
  if (name === undefined) return state.environments;
  const found = findEnvironment(state, name);
  if (isProblem(found)) throw new BeHookError(found);
  return [found];
}

function describe(environment: BootEnvironment, { spaces, written }: MeasuredState): Listed {
  const spaceOf = ({ id }: Subvolume): Space => spaces.get(id) ?? unmeasured;
  return {
    environment,
    space: spaceOf(environment.subvolume),
    snapshots: environment.snapshots.map((snapshot) => ({ snapshot, space: spaceOf(snapshot.subvolume) })),
    volumes: environment.volumes.map((volume) => ({ volume, written: written.get(volume.subvolume.id) })),
  };
}

/** The keys that a list can be sorted by. */
export const sortKeys = ['name', 'created', 'space', 'kernel'] as const;

export type SortKey = (typeof sortKeys)[number];

/**
 * A list sorted by one key: by name, or first the oldest, the smallest, or the one with the oldest kernel. Environments
 * without a value come first. Equal environments keep their order.
 */
export function sortListing(listed: readonly Listed[], key: SortKey): readonly Listed[] {
  return [...listed].sort(orders[key]);
}

const orders: Readonly<Record<SortKey, (a: Listed, b: Listed) => number>> = {
  name: (a, b) => compareText(a.environment.name, b.environment.name),
  created: (a, b) => compareAge(a.environment, b.environment),
  space: (a, b) => spaceShown(a.space) - spaceShown(b.space),
  kernel: (a, b) => {
    const [left, right] = [a.environment.kernels[0], b.environment.kernels[0]];
    if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
    return compareKernels(right, left);
  },
};

function spaceShown({ exclusive, written }: Space): number {
  return exclusive ?? written ?? -1;
}

/** beadm's letters: N is booted now, R boots on reboot, T boots once at the next one (beadm(8), bectl(8)). */
export function flagsOf({ running, active, next }: BootEnvironment): string {
  return `${running ? 'N' : ''}${active ? 'R' : ''}${next ? 'T' : ''}`;
}

/** The mount point of an environment: `/` if its root runs. Undefined where it is not mounted. */
export function mountpointOf({ mountpoints }: BootEnvironment): string | undefined {
  return mountpoints.includes('/') ? '/' : mountpoints[0];
}
