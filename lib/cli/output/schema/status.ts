import * as v from 'valibot';
import { filesystemTypes } from '../../../model/filesystem-type.ts';
import { absolutePath, problem, uuid, version, whole } from './common.ts';
import { layout } from './list.ts';
import type { Published } from './published.ts';

const name = v.nullable(v.string());

/** The answer of `status`. */
export const statusSchema = v.object({
  version,
  filesystem: uuid,
  running: v.pipe(name, v.description('The name of the environment that runs.')),
  active: v.pipe(name, v.description('The name of the environment that boots by default.')),
  environments: v.pipe(v.number(), v.integer(), v.description('The number of environments.')),
  layouts: v.array(layout),
  loader: v.pipe(v.string(), v.description('For people.')),
  menuHomes: v.pipe(v.array(absolutePath), v.description('The GRUB directories, from the top of the file system.')),
  boot: v.pipe(
    v.nullable(v.object({ uuid, type: v.picklist(filesystemTypes), free: whole, size: whole, kept: whole })),
    v.description('The separate /boot. kept is the size of the copies of kernels in it. All sizes are in bytes.'),
  ),
  hooks: v.pipe(v.array(v.string()), v.description('The installed hooks of be-hook, for people.')),
  needsSync: v.pipe(v.nullable(v.string()), v.description('Why the menu needs a sync, for people.')),
  problems: v.array(problem),
});

/** See `statusSchema`. */
export type StatusData = Published<typeof statusSchema>;
