import { printMark } from '../formats/mark.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { Mark } from '../model/mark.ts';
import type { Observation } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { thenSync } from './adopt.ts';
import type { Loader } from './loader.ts';
import { understandState } from './understand/state.ts';

/** The mark that a boot environment has, or would have if it were adopted as it is. */
export function markOf(environment: BootEnvironment): Mark {
  const { name, subvolume, created, id, former, description, held, automatic } = environment;
  const { restorePoint, state, firstBoot } = environment;
  const { requires, more } = environment.unknown;
  return {
    version: 1,
    name,
    uuid: subvolume.uuid,
    created,
    ...(id === subvolume.uuid ? {} : { id }),
    ...(former.length === 0 ? {} : { former }),
    ...(description === undefined ? {} : { description }),
    ...(held ? { held } : {}),
    ...(automatic ? { automatic } : {}),
    ...(restorePoint === undefined ? {} : { restorePoint }),
    ...(state === undefined ? {} : { state }),
    ...(firstBoot === undefined ? {} : { firstBoot }),
    ...(requires === undefined ? {} : { requires }),
    ...(more === undefined ? {} : { more }),
  };
}

/** Gives a boot environment another mark, if it is another, and brings the menu in step. */
export function changeMark(
  observation: Observation,
  environment: BootEnvironment,
  mark: Mark,
  loader: Loader,
  reason: string,
): Plan | Problem {
  const { path } = environment.subvolume;
  const same = environment.marked && printMark(mark) === printMark(markOf(environment));
  const steps: readonly Step[] = same ? [] : [{ kind: 'set-mark', path, mark, reason }];
  const roots = observation.roots.map((root) =>
    root.subvolume.path === path ? { ...root, mark: printMark(mark) } : root,
  );
  return thenSync(steps, understandState({ ...observation, roots }), loader);
}
