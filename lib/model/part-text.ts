import type { Part } from './part.ts';
import type { ProblemText } from './problem-text-type.ts';

/** The message for a part of a plan that failed, made from the message of the first failure in it. */
export function describePart(part: Part, { message, hint }: ProblemText): ProblemText {
  switch (part.of) {
    case 'environment':
      return { message: `cannot update the menu in the GRUB directory of “${part.name}”: ${message}`, hint };
    case 'leftover':
      return { message: `cannot delete /${part.path}, the unfinished work of an interrupted run: ${message}`, hint };
    case 'menu':
      return { message: `cannot remove the entries of the deleted environment from the menu: ${message}`, hint };
    case 'own-files':
      return { message: `cannot remove the files of be-hook in /${part.path}: ${message}`, hint };
    case 'history':
      return { message: `cannot add the command to the history: ${message}`, hint };
  }
}
