import { chmod, chown, lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { tool } from './guest/tool.ts';
import { addPrograms } from './inner-system.ts';
import { type LoopBtrfs, withBtrfs } from './loop-btrfs.ts';
import { beHook, beHookOk, type Ran } from './program.ts';
import { makeRoot } from './root-tree.ts';
import { asUser } from './unprivileged.ts';

/** A file system on which an unprivileged user owns a directory in the environment be1. */
export interface UserScene {
  readonly fs: LoopBtrfs;
  /** The user's directory, in which the user has the subvolumes s1 and s2. */
  readonly home: string;
  /** A directory of root outside of every environment. */
  readonly secret: string;
  readonly run: (...words: readonly string[]) => Promise<Ran>;
  /** Fails if a file changed that does not belong to the user. */
  readonly check: () => Promise<void>;
}

/**
 * Makes be1, in the subvolume /@be1 or in the top level itself, and be2. `pgdata` belongs to root. Users can access the
 * top level, as on a system whose root it is, or where it is mounted in an accessible directory.
 */
export async function withUser(body: (scene: UserScene) => Promise<void>, be1: '@be1' | '' = '@be1'): Promise<void> {
  await withBtrfs({}, async (fs) => {
    await makeSystem(fs, be1);
    await makeSystem(fs, '@be2');
    for (const [name, subvolume] of Object.entries({ be1: be1 === '' ? '/' : be1, be2: '@be2' }))
      await beHookOk('adopt', subvolume, '--name', name, '--filesystem', fs.top);
    await chmod(join(fs.top, '..'), 0o755);
    await chmod(fs.top, 0o755);
    const home = join(fs.top, be1, 'home/user');
    const secret = join(fs.top, '..', 'secret');
    await mkdir(home, { recursive: true });
    await chown(home, 1000, 1000);
    await mkdir(secret, { mode: 0o700 });
    await tool('btrfs', ['-q', 'subvolume', 'create', `${fs.top}/pgdata`]);
    await writeFile(`${fs.top}/pgdata/data`, 'precious', { mode: 0o600 });
    for (const name of ['s1', 's2'])
      assert.is((await asUser('btrfs', 'subvolume', 'create', `${home}/${name}`)).status, 0);
    const run = (...words: readonly string[]): Promise<Ran> => beHook('--filesystem', fs.top, ...words);
    await body({ fs, home, secret, run, check: () => check(fs.top, secret) });
  });
}

/** A bootable environment in which commands can run. */
async function makeSystem(fs: LoopBtrfs, subvolume: string): Promise<void> {
  const fstab = `UUID=${fs.uuid} / btrfs subvol=/${subvolume} 0 0\n`;
  const place = subvolume === '' ? 'made' : subvolume;
  const root = await makeRoot(fs, place, { kernels: ['6.1.0-1'], fstab });
  await addPrograms(root);
  await mkdir(join(root, 'sbin'));
  await tool('cp', [join(root, 'bin/busybox'), join(root, 'sbin/init')]);
  if (subvolume === '')
    await tool('sh', ['-c', 'cp -a "$1"/made/. "$1"/ && btrfs -q subvolume delete "$1"/made', 'sh', fs.top]);
}

async function check(top: string, secret: string): Promise<void> {
  const expected: readonly (readonly [path: string, mode: number])[] = [
    [secret, 0o700],
    [`${top}/pgdata`, 0o755],
    [`${top}/pgdata/data`, 0o600],
    [`${top}/@be2/etc`, 0o755],
  ];
  for (const [path, mode] of expected) {
    const found = await lstat(path);
    assert.equal([path, found.uid, found.gid, found.mode & 0o7777], [path, 0, 0, mode]);
  }
  assert.equal(await readdir(secret), []);
  assert.equal(await readdir(`${top}/pgdata`), ['data']);
  assert.is(await readFile(`${top}/pgdata/data`, 'utf8'), 'precious');
}

/** Removes the protection of the store, as in earlier versions: the protection inside the copies must then be enough. */
const openStore = 'chmod 755 "$1/be-hook" "$1"/be-hook/*/ 2>/dev/null || :';

/** Root removes the protection of the store in a loop. */
export function whileOpening({ top }: LoopBtrfs): { readonly stop: () => void } {
  const timer = setInterval(() => void tool('sh', ['-c', openStore, 'sh', top]).catch(() => undefined), 50);
  return { stop: () => clearInterval(timer) };
}
