import * as v from 'valibot';
import { exitCodes } from '../../../model/exit-codes.ts';
import type { ProblemCode } from '../../../model/problem.ts';
import type { UpgradeState } from '../../../model/upgrade-state.ts';
import type { Published } from './published.ts';

/** The version of all outputs. It increases when a field is removed or changes its meaning. */
export const version = v.pipe(v.literal(1), v.description('Increases when a field is removed or changes its meaning.'));

/** A moment. */
export const time = v.pipe(v.number(), v.description('Seconds since 1970.'));

/** An amount of data. */
export const bytes = v.pipe(v.number(), v.integer(), v.description('Bytes.'));

/** A count, an id or a status. */
export const whole = v.pipe(v.number(), v.integer());

/** A path on the present machine, or in a running environment. */
export const absolutePath = v.pipe(v.string(), v.description('A path with a leading slash.'));

/** A path in the btrfs file system. */
export const pathFromTop = v.pipe(
  v.string(),
  v.description('A path from the top of the file system, without a leading slash. The top level is an empty text.'),
);

/** A path in the btrfs file system, as GRUB sees it. */
export const loaderPath = v.pipe(
  v.string(),
  v.description('A path from the top of the file system, with a leading slash.'),
);

/** A text that programs must not interpret. */
export const sentence = v.pipe(v.string(), v.description('For people.'));

/** A uuid as btrfs prints it. */
export const uuid = v.pipe(v.string(), v.description('A uuid.'));

/** A kernel command line. */
export const commandLine = v.pipe(v.string(), v.description('The kernel command line.'));

/** A command of any program. */
export const command = v.pipe(v.array(v.string()), v.description('The command and its arguments.'));

/** The state of an environment that is not complete. */
export const environmentState = v.pipe(
  v.nullable(v.picklist(['upgrading', 'failed'] as const satisfies readonly UpgradeState[])),
  v.description('Null if the environment is complete. Otherwise it is not in the menu.'),
);

/** What a separate /boot lacks. */
const space = v.pipe(
  v.object({
    needed: v.pipe(whole, v.description('Bytes that the command needs on /boot.')),
    free: v.pipe(whole, v.description('Bytes that are free there.')),
    remedies: v.pipe(
      v.array(v.object({ command: v.array(v.string()), bytes })),
      v.description('The commands of be-hook that would free space there, and how many bytes.'),
    ),
    oldKernels: v.pipe(
      v.array(v.object({ release: v.string(), bytes })),
      v.description('Kernels that the package manager can remove, and the bytes of their files.'),
    ),
  }),
  v.description('Only with the code boot-space-short, and with no-space on a separate /boot.'),
);

/** A fact that the user has to know or to correct. */
export const problem = v.pipe(
  v.object({
    code: v.picklist(Object.keys(exitCodes) as ProblemCode[]),
    message: sentence,
    hint: v.pipe(v.string(), v.description('What to do next, for people.')),
    space: v.exactOptional(space),
  }),
  v.description('A problem. EXIT STATUS in be-hook(8) lists the codes.'),
);

/** See `problem`. */
export type ProblemData = Published<typeof problem>;

/** A subvolume. */
export const subvolume = v.object({ id: whole, uuid, path: pathFromTop });
