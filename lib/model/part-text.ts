import type { Part } from './part.ts';
import type { ProblemText } from './problem-text-type.ts';

/** The words for a part of a plan that failed, from those of the first failure in it. */
export function describePart(part: Part, { message, hint }: ProblemText): ProblemText {
  switch (part.of) {
    case 'environment':
      return { message: `cannot bring the menu in the GRUB directory of “${part.name}” in step: ${message}`, hint };
    case 'leftover':
      return { message: `cannot delete /${part.path}, which an interrupted run left: ${message}`, hint };
    case 'menu':
      return { message: `cannot take from the menu what was deleted: ${message}`, hint };
    case 'history':
      return { message: `cannot add the command to the history: ${message}`, hint };
  }
}
