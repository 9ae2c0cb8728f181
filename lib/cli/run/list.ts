import { runHistory } from '../commands/history.ts';
import { runList } from '../commands/list.ts';

/** The commands that list. A file of the program of their own, because shells complete names with `be-hook list`. */
export const runs = { history: runHistory, list: runList };
