import type { AdoptIntent } from '../plan/adopt.ts';
import { type Argument, dryRunOption, filesystemOptions, type Invocation, jsonOption, type Option } from './command.ts';
import { now } from './perform.ts';
import { readName } from './read.ts';

/** The argument of the commands that make a root subvolume a boot environment. */
export const rootArguments: readonly Argument[] = [{ name: 'SUBVOLUME', optional: true }];

/** The options of those commands. */
export const rootOptions: readonly Option[] = [
  { name: 'name', value: 'NAME', summary: 'set the name of the boot environment' },
  ...filesystemOptions,
  dryRunOption,
  jsonOption,
];

/** The intent in the arguments of those commands. Throws `name-invalid`. */
export function readRootIntent({ arguments: args, options }: Invocation): AdoptIntent {
  const text = options.get('name');
  const name = text === undefined ? undefined : readName(text);
  // btrfs prints a path without a leading slash. Administrators write one, and the path of the top level itself is only
  // a slash.
  return { path: args[0]?.replace(/^\/+|\/+$/g, ''), name, now: now() };
}
