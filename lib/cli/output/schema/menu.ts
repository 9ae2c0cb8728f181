import * as v from 'valibot';
import { commandLine, version } from './common.ts';
import { kernel } from './list.ts';
import type { Published } from './published.ts';

const entry = v.object({
  id: v.pipe(v.string(), v.description('The value of GRUB’s variable default for this entry.')),
  default: v.boolean(),
  be: v.pipe(v.string(), v.description('The name of the environment.')),
  title: v.string(),
  ...kernel.entries,
});

/** The answer of `menu`. */
export const menuSchema = v.object({
  version,
  default: v.pipe(v.nullable(v.string()), v.description('The id of the entry that boots by default.')),
  timeout: v.pipe(v.nullable(v.number()), v.description('Seconds until the default boots. -1 waits without a limit.')),
  entries: v.array(entry),
});

/** See `menuSchema`. */
export type MenuData = Published<typeof menuSchema>;

/** The answer of `cmdline` without a change. */
export const cmdlineSchema = v.object({
  version,
  name: v.string(),
  kernels: v.array(v.object({ release: kernel.entries.release, options: commandLine })),
});

/** See `cmdlineSchema`. */
export type CmdlineData = Published<typeof cmdlineSchema>;
