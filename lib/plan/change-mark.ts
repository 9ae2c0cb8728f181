import { printMark } from '../formats/mark.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { Mark } from '../model/mark.ts';
import type { Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { foresee, withMark } from './foresee.ts';
import { thenSync } from './then-sync.ts';
import type { World } from './world.ts';

/** The mark of a boot environment, or the one that it would get if it were adopted in its present state. */
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

/** Gives a boot environment another mark, if that differs, and updates the menu. */
export function changeMark(world: World, environment: BootEnvironment, mark: Mark, reason: string): Plan | Problem {
  const { subvolume, marked } = environment;
  const same = marked && printMark(mark) === printMark(markOf(environment));
  const steps: readonly Step[] = same ? [] : [{ kind: 'set-mark', path: subvolume.path, mark, reason }];
  return thenSync(steps, foresee(world, withMark(subvolume, mark)));
}
