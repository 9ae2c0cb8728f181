import { type BeName, beNameFromPath, beNameKey, freeBeName } from '../model/be-name.ts';
import type { SystemState } from '../model/environment.ts';
import type { RootFacts } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { hasUnprintable } from '../model/visible.ts';
import { activationSteps } from './activation.ts';
import { foresee, withActive, withMark, withPermission } from './foresee.ts';
import { thenSync } from './then-sync.ts';
import type { World } from './world.ts';

/** The subvolume that becomes a boot environment, its name (undefined: one made of its path), and the present time. */
export interface AdoptIntent {
  /** Undefined is the running root. It is no error if that is adopted already. */
  readonly path: string | undefined;
  readonly name: BeName | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Marks a root subvolume as a boot environment and updates the menu. The first adopted root becomes the active one. */
export function planAdopt(world: World, intent: AdoptIntent): Plan | Problem {
  const { environments } = world.state;
  const running = environments.find((environment) => environment.running);
  const path = intent.path ?? running?.subvolume.path;
  if (path === undefined) {
    return {
      code: 'usage',
      text: 'adopt: SUBVOLUME is missing; it is required because this file system is not running',
    };
  }
  if (intent.path === undefined && running?.marked === true && running.markFault === undefined)
    return thenSync([], world);
  const own = environments.find(({ subvolume, marked }) => marked && subvolume.path === path);
  // The administrator erased the package there, or an earlier run of this command was interrupted. The mark exists, but
  // the menu is missing.
  if (own?.maintained === false && intent.name === undefined) return thenSync([], foresee(world, withPermission(path)));
  const adopted = adoptRoot(world, { ...intent, path });
  if (isProblem(adopted)) return adopted;
  const after = foresee(adopted.world, withPermission(path));
  const environment = after.state.environments.find(({ subvolume }) => subvolume.path === path);
  const unserved = environment?.problems.find(({ code }) => code === 'layout-unsupported');
  return unserved ?? thenSync(adopted.steps, after);
}

/** Steps that mark a root, and the world after them. */
export interface RootAdoption {
  readonly steps: readonly Step[];
  readonly world: World;
}

/** Marks one root as a boot environment. The first adopted root becomes the active one. */
export function adoptRoot(world: World, intent: AdoptIntent & { readonly path: string }): RootAdoption | Problem {
  const { observation, state } = world;
  const running = state.environments.find((environment) => environment.running);
  const { path } = intent;
  const root = observation.roots.find(({ subvolume }) => subvolume.path === path);
  const refusal = findRefusal(root, path, state);
  if (root === undefined || refusal !== undefined) return refusal ?? { code: 'no-such-subvolume', path };
  const others = state.environments.filter((environment) => environment.subvolume.id !== root.subvolume.id);
  const names = others.map((environment) => environment.name);
  const name = intent.name ?? freeBeName(beNameFromPath(path), names);
  const taken = others.find((environment) => beNameKey(environment.name) === beNameKey(name));
  if (taken !== undefined) return { code: 'name-taken', name, path: taken.subvolume.path, remedy: 'name-option' };
  const { uuid } = root.subvolume;
  const mark = { version: 1, name, uuid, created: root.born > 0 ? root.born : intent.now } as const;
  const reason = `“${name}” becomes a boot environment`;
  const active = others.find((environment) => environment.active)?.subvolume.uuid;
  const chosen = active ?? running?.subvolume.uuid ?? uuid;
  const steps: readonly Step[] = [
    { kind: 'set-mark', path, mark, reason },
    ...activationSteps(world, chosen, 'one boot environment must be the default'),
  ];
  return { steps, world: foresee(world, withActive(chosen), withMark(root.subvolume, mark)) };
}

function findRefusal(root: RootFacts | undefined, path: string, state: SystemState): Problem | undefined {
  if (root === undefined) return { code: 'no-such-subvolume', path };
  const present = state.environments.find(({ subvolume }) => subvolume.id === root.subvolume.id);
  const own = present?.marked === true ? present : undefined;
  if (own?.markFault?.code === 'mark-newer') return own.markFault;
  if (own !== undefined && own.markFault === undefined) return { code: 'already-adopted', path, name: own.name };
  const unfinished = state.unfinishedWork.find((work) => path === work.path || path.startsWith(`${work.path}/`));
  if (unfinished !== undefined) return { code: 'leftover', path: unfinished.path };
  if (hasUnprintable(path)) return { code: 'subvolume-name', path };
  if (root.unsafe !== undefined) return { code: 'subvolume-unsafe', path, why: root.unsafe };
  if (root.osRelease.kind === 'missing') return { code: 'not-a-root', path };
  const unserved = present?.problems.find(({ code }) => code === 'layout-unsupported');
  if (unserved !== undefined) return unserved;
  return root.readOnly ? { code: 'subvolume-read-only', path } : undefined;
}
