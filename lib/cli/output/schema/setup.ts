import * as v from 'valibot';
import { filesystemTypes } from '../../../model/filesystem-type.ts';
import { absolutePath, sentence, uuid } from './common.ts';
import { layout } from './list.ts';
import { planSchema } from './plan.ts';
import type { Published } from './published.ts';

const description = 'From the top of the file system. A separate /boot has its mount point.';

/** The answer of `setup`. */
export const setupSchema = v.object({
  ...planSchema.entries,
  layout,
  boot: v.pipe(
    v.nullable(v.object({ uuid, type: v.picklist(filesystemTypes) })),
    v.description('The separate /boot. Null if the environment has its own /boot.'),
  ),
  loader: sentence,
  menuFiles: v.pipe(v.array(absolutePath), v.description(`The files with the menu. ${description}`)),
  generatorScript: v.pipe(
    v.nullable(absolutePath),
    v.description('The script of be-hook that the menu generator runs. Null if there is no menu generator.'),
  ),
  keptImages: v.pipe(
    v.nullable(absolutePath),
    v.description('The directory for copies of kernels. Null if the environment has its own /boot.'),
  ),
  unchanged: v.pipe(v.array(sentence), v.description('The parts of the machine that setup does not change.')),
});

/** See `setupSchema`. */
export type SetupData = Published<typeof setupSchema>;
