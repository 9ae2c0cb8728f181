import * as v from 'valibot';
import type { KernelPlace } from '../../../model/exec.ts';
import { absolutePath, command, problem, version } from './common.ts';
import type { Published } from './published.ts';
import { subvolumeMount } from './step-parts.ts';

const place = v.picklist(['dev', 'proc', 'sys', 'run', 'tmp'] as const satisfies readonly KernelPlace[]);

/** The answer of a dry run of `exec`. */
export const execPlanSchema = v.object({
  version,
  dryRun: v.literal(true),
  mounts: v.pipe(v.array(subvolumeMount), v.description('As the command sees them. The first one is the root.')),
  kernel: v.pipe(
    v.array(v.object({ what: place, mountpoint: absolutePath })),
    v.description('The directories that the kernel or the machine fills.'),
  ),
  resolver: v.pipe(
    v.nullable(absolutePath),
    v.description('The file that gets the content of the machine’s resolv.conf.'),
  ),
  command,
  warnings: v.array(problem),
});

/** See `execPlanSchema`. */
export type ExecPlanData = Published<typeof execPlanSchema>;
