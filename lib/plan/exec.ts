import { printCommandLine } from '../formats/kernel-command-line.ts';
import type { ExecPlan, KernelPlace } from '../model/exec.ts';
import type { MountingFacts, MountingRequest } from '../model/mounting.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { historyPath } from '../model/store.ts';
import { mountsBoot } from './interpret/kernel-index.ts';
import { askPlaces, findMountable, findPlace, leftOut, type Mountable, placeMounts } from './mountable.ts';
import type { Recorded } from './record.ts';
import { planSync } from './sync.ts';
import type { World } from './world.ts';

/** A command, and the boot environment to run it in. */
export interface ExecIntent {
  readonly target: Target;
  readonly command: readonly string[];
  /** Whether to mount the volumes that it shares with other environments. */
  readonly shared: boolean;
  /**
   * For package managers. `change` has a private /tmp, and its /proc/cmdline is the command line that would boot the
   * environment, because some scriptlets read it. `scratch` is the same with a root that discards all changes.
   */
  readonly job?: 'change' | 'scratch';
}

/** The request for the facts that `planExec` needs, or a refusal if nothing can run. */
export function askToExec(world: World, intent: ExecIntent): MountingRequest | Problem {
  const found = findEnvironmentToEnter(world, intent);
  if (isProblem(found)) return found;
  const places = ['/boot', ...kernelPlaces(intent).map((what) => `/${what}`)];
  return { inside: askPlaces(found, volumesOf(found, intent), places) };
}

/**
 * Plans the surroundings of a command in a boot environment: its root, its own volumes, the usual contents of /dev,
 * /proc and /sys, an empty /run, and a resolver for host names.
 */
export function planExec(world: World, intent: ExecIntent, facts: MountingFacts): ExecPlan | Problem {
  const found = findEnvironmentToEnter(world, intent);
  if (isProblem(found)) return found;
  const scratch = intent.job === 'scratch';
  const seen = scratch ? { ...found, readOnly: true } : found;
  const { mounts, warnings } = placeMounts(seen, volumesOf(found, intent), facts, '/');
  const kernel = kernelPlaces(intent).flatMap((what) => {
    const mountpoint = findPlace(`/${what}`, facts.places);
    return mountpoint === undefined ? [] : [{ what, mountpoint }];
  });
  const missing = kernelPlaces(intent).filter((what) => !kernel.some((candidate) => candidate.what === what));
  return {
    name: found.name,
    mounts,
    kernel,
    resolver: findResolver(facts, kernel.find(({ what }) => what === 'run')?.mountpoint),
    boot: bootOf(world, found, facts, scratch),
    command: intent.command,
    scratch,
    commandLine: intent.job === undefined ? undefined : commandLineOf(world, found),
    warnings: [...found.warnings, ...warnings, ...missing.map((what) => leftOut(found.name, `/${what}`))],
  };
}

/** A command in the running environment changes its own /boot. What discards its changes needs no /boot. */
function bootOf(
  { observation }: World,
  { root, running }: Mountable,
  { places }: MountingFacts,
  scratch: boolean,
): ExecPlan['boot'] {
  const facts = observation.roots.find(({ subvolume }) => subvolume.id === root.id);
  const mountpoint = findPlace('/boot', places);
  if (scratch || facts === undefined || mountpoint === undefined || !mountsBoot(facts, observation)) return undefined;
  return { mountpoint, private: !running };
}

function kernelPlaces({ job }: ExecIntent): readonly KernelPlace[] {
  return ['dev', 'proc', 'sys', 'run', ...(job === undefined ? [] : (['tmp'] as const))];
}

/**
 * The command line of its newest kernel in the menu. If the environment has no kernel, or be-hook cannot interpret it,
 * the command line names at least its root.
 */
function commandLineOf({ observation, state }: World, { root }: Mountable): string {
  const own = state.environments.find(({ subvolume }) => subvolume.id === root.id);
  const options = own?.kernels[0]?.options;
  if (options !== undefined) return printCommandLine(options);
  return `root=UUID=${observation.filesystem.uuid} rootflags=subvol=${root.path}`;
}

/** Updates the menu after a command in a boot environment, and records that the command ran. */
export function planAfterExec(world: World, recorded: Recorded | undefined): Plan | Problem {
  // The command may have damaged the environment in which it ran, which can be any of them.
  const about = world.state.environments.map(({ name }) => name);
  const plan = planSync(world, { refreshDistributionMenu: true, about });
  if (isProblem(plan) || recorded === undefined) return plan;
  const reason = 'the history records the command';
  const { time, user, command } = recorded;
  const line = JSON.stringify({ time, user, command });
  const part = { of: 'history' } as const;
  return { ...plan, steps: [...plan.steps, { kind: 'append-history', path: historyPath, line, reason, part }] };
}

function findEnvironmentToEnter(world: World, { target }: ExecIntent): Mountable | Problem {
  const found = findMountable(world, target);
  if (isProblem(found)) return found;
  if (target.snapshot !== undefined) {
    const name = printTarget(target.name, target.snapshot);
    const text = `exec: cannot run a command in the snapshot “${name}”: it is read-only; make a boot environment of it: be-hook create -e ${name} NAME`;
    return { code: 'usage', text };
  }
  return found.readOnly ? { code: 'subvolume-read-only', path: found.root.path } : found;
}

function volumesOf({ own, shared }: Mountable, intent: ExecIntent): Mountable['own'] {
  const all = intent.shared ? [...own, ...shared] : own;
  return [...all].sort((a, b) => a.mountpoint.split('/').length - b.mountpoint.split('/').length);
}

/**
 * On a running system /etc/resolv.conf is often a link to a file in /run. /run is empty here, so be-hook can make the
 * target of the link without changing the environment.
 */
function findResolver({ resolverLink = '' }: MountingFacts, run: string | undefined): string | undefined {
  const below = /^(?:\/|\.\.\/)(?:var\/)?run\/(.+)$/.exec(resolverLink.replace(/\/+/g, '/'))?.[1];
  if (run === undefined) return undefined;
  if (below === undefined || below.endsWith('/') || below.split('/').includes('..')) return undefined;
  return `${run}/${below}`;
}
