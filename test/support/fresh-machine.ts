import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from './guest/tool.ts';
import { furnish, type HookMachine, runningMachine } from './hook-machine.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { makeRoot } from './root-tree.ts';

/** All properties of a tree that be-hook can change: names, kinds, modes, owners, contents and the attributes of be-hook. */
export async function fingerprintOf(tree: string, ...places: readonly string[]): Promise<string> {
  const script = `
cd "$1" && shift
find "$@" -printf '%p %y %m %U %G %s %l\\n' | sort
find "$@" -type f -exec sha256sum {} + | sort
getfattr --absolute-names -d -m 'trusted\\.be-hook' -- . .. 2>/dev/null`;
  return await tool('sh', ['-c', script, 'sh', tree, ...places]);
}

const withDisk = preparedBtrfs(
  async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    await furnish(join(fs.top, '@be1'));
    await mkdir(join(fs.top, '@be1/packages'));
  },
  { sizeMiB: 512 },
);

/**
 * A machine that runs from /@be1 and on which be-hook has never run. A package can replace its programs. `fstab` has
 * the lines except for the root.
 */
export async function withFreshMachine(
  body: (machine: HookMachine) => Promise<void>,
  fstab: (uuid: string) => string = () => '',
): Promise<void> {
  await withDisk(async (fs) => {
    const line = `UUID=${fs.uuid} / btrfs subvol=/@be1 0 0\n`;
    await writeFile(join(fs.top, '@be1/etc/fstab'), line + fstab(fs.uuid));
    await body(await runningMachine(fs, { ownProgram: true }));
  });
}
