import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from '../guest/tool.ts';
import { withBtrfs } from '../loop-btrfs.ts';
import { beHookOk } from '../program.ts';
import { makeRoot } from '../root-tree.ts';

/** Repeats the output of the real program for the file system of the scene. Prints the argv of any other call, separated by tabs. */
const command = `#!/bin/sh
case "$*" in
'list -H --quick') cat "$HOME/.environments" ;;
'list -H --quick -s') cat "$HOME/.snapshots" ;;
*) printf '%s\\t' "$@"; echo ;;
esac
`;

const btrfs = `#!/bin/sh
[ "$*" = 'subvolume list /' ] && cat "$HOME/.subvolumes"
`;

/** The names of the objects on the file system of the scene. */
export const names = {
  environments: ['fedora', 'before', 'pre-2026-11-29T05:30'],
  snapshots: ['fedora@clean', 'fedora@at-05:30'],
} as const;

/**
 * A directory for `ask`, whose be-hook and btrfs behave as on a machine with two boot environments, two snapshots and
 * these further subvolumes. Their output is from the real programs, recorded once on a real file system.
 */
export async function makeScene(folder: string, subvolumes: readonly string[]): Promise<void> {
  const said = await withBtrfs({}, async (fs) => {
    await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
    for (const path of subvolumes) await fs.subvolume(path);
    const run = (...words: string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
    const [first, ...others] = names.environments;
    await run('adopt', 'root', '--name', first);
    for (const name of others) await run('create', name, '--from', first);
    for (const name of names.snapshots) await run('snapshot', name);
    return {
      '.environments': await run('list', '-H', '--quick'),
      '.snapshots': await run('list', '-H', '--quick', '-s'),
      '.subvolumes': await tool('btrfs', ['subvolume', 'list', fs.top]),
    };
  });
  await mkdir(join(folder, 'bin'), { recursive: true });
  for (const [name, text] of Object.entries(said)) await writeFile(join(folder, name), `${text.trimEnd()}\n`);
  for (const [name, text] of Object.entries({
    'be-hook': command,
    beadm: command,
    bectl: command,
    btrfs,
    'tell-tale': '#!/bin/sh\n',
  })) {
    await writeFile(join(folder, 'bin', name), text, { mode: 0o755 });
  }
}
