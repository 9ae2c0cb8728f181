import { BeHookError } from '../model/problem.ts';

const packages: Readonly<Record<string, string>> = {
  btrfs: 'btrfs-progs (or btrfsprogs)',
  getfattr: 'attr',
  setfattr: 'attr',
  unshare: 'util-linux',
  fsfreeze: 'util-linux',
  setsid: 'util-linux',
  sync: 'coreutils',
  setpriv: 'util-linux',
  diff3: 'diffutils',
};

/** The error for a program that is not installed: `tool-missing`, with the package that has the program. */
export function missingTool(program: string): BeHookError {
  return new BeHookError({
    code: 'tool-missing',
    tool: program,
    package: packages[program] ?? `the package that contains ${program}`,
  });
}
