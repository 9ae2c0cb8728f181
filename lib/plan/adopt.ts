import { printMark } from '../formats/mark.ts';
import { type BeName, beNameFromPath, beNameKey, freeBeName } from '../model/be-name.ts';
import type { SystemState } from '../model/environment.ts';
import type { Observation, RootFacts } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { hasUnprintable } from '../model/visible.ts';
import type { Loader } from './loader.ts';
import { afterwards, planSync } from './sync.ts';
import { understandState } from './understand/state.ts';
import { findUnserved } from './unserved.ts';

/** Which subvolume becomes a boot environment, by which name (undefined: one made of its path), and when this is. */
export interface AdoptIntent {
  /** Undefined is the running root, of which it is no mistake to be adopted already. */
  readonly path: string | undefined;
  readonly name: BeName | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Marks a root subvolume as a boot environment and brings the menu in step. The first one adopted becomes the active
 * one.
 */
export function planAdopt(observation: Observation, intent: AdoptIntent, loader: Loader): Plan | Problem {
  const state = understandState(observation);
  const running = state.environments.find((one) => one.running);
  const path = intent.path ?? running?.subvolume.path;
  if (path === undefined) {
    return {
      code: 'usage',
      text: 'adopt: SUBVOLUME is missing; it is required because this file system is not running',
    };
  }
  if (intent.path === undefined && running?.marked === true && running.markFault === undefined)
    return thenSync([], state, loader);
  const own = state.environments.find(({ subvolume, marked }) => marked && subvolume.path === path);
  // The package was erased there, or an earlier run of this command was interrupted: the menu is missing, not the mark.
  if (own?.maintained === false && intent.name === undefined) return thenSync([], maintain(state, path), loader);
  const adopted = adoptRoot(observation, { ...intent, path });
  if (isProblem(adopted)) return adopted;
  const after = maintain(understandState(adopted.observation), path);
  const environment = after.environments.find(({ subvolume }) => subvolume.path === path);
  const unserved = environment?.problems.find(({ code }) => code === 'layout-unsupported');
  return unserved ?? thenSync(adopted.steps, after, loader);
}

/** Steps that mark a root, and what will be observed when they are done. */
export interface RootAdoption {
  readonly steps: readonly Step[];
  readonly observation: Observation;
}

/** Marks one root as a boot environment. The first one adopted becomes the active one. */
export function adoptRoot(
  observation: Observation,
  intent: AdoptIntent & { readonly path: string },
): RootAdoption | Problem {
  const state = understandState(observation);
  const running = state.environments.find((one) => one.running);
  const { path } = intent;
  const root = observation.roots.find(({ subvolume }) => subvolume.path === path);
  const refusal = findRefusal(root, path, state);
  if (root === undefined || refusal !== undefined) return refusal ?? { code: 'no-such-subvolume', path };
  const others = state.environments.filter((one) => one.subvolume.id !== root.subvolume.id);
  const names = others.map((one) => one.name);
  const name = intent.name ?? freeBeName(beNameFromPath(path), names);
  const taken = others.find((one) => beNameKey(one.name) === beNameKey(name));
  if (taken !== undefined) return { code: 'name-taken', name, path: taken.subvolume.path, remedy: 'name-option' };
  const { uuid } = root.subvolume;
  const mark = { version: 1, name, uuid, created: root.born > 0 ? root.born : intent.now } as const;
  const reason = `“${name}” becomes a boot environment`;
  const steps: Step[] = [{ kind: 'set-mark', path, mark, reason }];
  const active = others.find((one) => one.active)?.subvolume.uuid;
  const chosen = active ?? running?.subvolume.uuid ?? uuid;
  if (observation.active !== chosen) {
    steps.push({ kind: 'set-active', uuid: chosen, reason: 'one boot environment must be the default' });
  }
  const roots = observation.roots.map((one) => (one === root ? { ...one, mark: printMark(mark) } : one));
  return { steps, observation: { ...observation, active: chosen, roots } };
}

/** The state in which be-hook may write into the GRUB directories of the root at `path`: the administrator asked for it. */
export function maintain(state: SystemState, path: string): SystemState {
  const environments = state.environments.map((one) =>
    one.subvolume.path === path ? { ...one, maintained: true } : one,
  );
  return { ...state, environments };
}

function findRefusal(root: RootFacts | undefined, path: string, state: SystemState): Problem | undefined {
  if (root === undefined) return { code: 'no-such-subvolume', path };
  const own = state.environments.find((one) => one.subvolume.id === root.subvolume.id && one.marked);
  if (own?.markFault?.code === 'mark-newer') return own.markFault;
  if (own !== undefined && own.markFault === undefined) return { code: 'already-adopted', path, name: own.name };
  const leftover = state.leftovers.find((one) => path === one.path || path.startsWith(`${one.path}/`));
  if (leftover !== undefined) return { code: 'leftover', path: leftover.path };
  if (hasUnprintable(path)) return { code: 'subvolume-name', path };
  if (root.unsafe !== undefined) return { code: 'subvolume-unsafe', path, why: root.unsafe };
  if (root.osRelease.kind === 'missing') return { code: 'not-a-root', path };
  return root.readOnly ? { code: 'subvolume-read-only', path } : undefined;
}

/** What a plan that ends with a sync is about. */
export interface ThenSync {
  /** The environments that the command names: of these it is a failure that be-hook cannot interpret them. */
  readonly about?: readonly string[];
  /** The uuid of the subvolume that booted by default until now. */
  readonly from?: string | undefined;
}

/**
 * Steps of an intent, followed by those that bring the menu in step. A menu that cannot be made prevents the first ones only
 * where the machine is not served: nothing is recorded there.
 */
export function thenSync(
  steps: readonly Step[],
  state: SystemState,
  loader: Loader,
  more: ThenSync = {},
): Plan | Problem {
  return findUnserved(state) ?? withSync(steps, state, loader, more);
}

/**
 * As `thenSync`, also where the machine is not served: for what removes something of be-hook. What boots by default is
 * recorded after the menus that say so are on disk: attribute and menu agree if one of them cannot be written.
 */
export function withSync(
  steps: readonly Step[],
  state: SystemState,
  loader: Loader,
  { about = [], from }: ThenSync = {},
): Plan {
  const activation = steps.filter(({ kind }) => kind === 'set-active');
  const before = steps.filter(({ kind }) => kind !== 'set-active');
  const intent = {
    ...afterwards,
    about,
    ...(activation.length === 0 ? {} : { activation: { steps: activation, from } }),
  };
  const sync = planSync(state, intent, loader);
  if (!isProblem(sync)) return { ...sync, steps: [...before, ...withCommit(before, sync.steps)] };
  return { steps: [...steps, ...withCommit(steps, [])], warnings: [...state.problems, sync], unresolved: [] };
}

/** What every plan that records something has in the end: attributes are not on disk when they are set. */
export const commit: Step = { kind: 'sync-filesystem', reason: 'the records must survive a power cut' };

function withCommit(steps: readonly Step[], following: readonly Step[]): readonly Step[] {
  if (steps.length === 0 || following.some(({ kind }) => kind === 'sync-filesystem')) return following;
  return [commit, ...following];
}
