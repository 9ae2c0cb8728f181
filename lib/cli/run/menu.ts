import { runCheck } from '../commands/check.ts';
import { runMenu } from '../commands/menu.ts';
import { runStatus } from '../commands/status.ts';
import { runSync } from '../commands/sync.ts';

/** The commands about the menu alone. A file of the program of their own: it is small, so they start fast. */
export const runs = { check: runCheck, menu: runMenu, status: runStatus, sync: runSync };
