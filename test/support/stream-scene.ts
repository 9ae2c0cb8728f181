import { createHash } from 'node:crypto';
import { link, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from './guest/tool.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHookOk, programPath, type Ran, runCleanly } from './program.ts';
import { makeRoot } from './root-tree.ts';

/** The size of a disk in these tests, which need little space. */
const sizeMiB = 512;

/** Two file systems, and a file for a stream between them. */
export interface StreamScene {
  /** With the environment `fedora` in /root. */
  readonly from: LoopBtrfs;
  /** With the environment `other` in /@other. */
  readonly to: LoopBtrfs;
  readonly file: string;
}

const withOther = preparedBtrfs(
  async (fs) => {
    await makeRoot(fs, '@other', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', '@other', '--filesystem', fs.top);
  },
  { sizeMiB },
);

/** Makes the scene for `body`, and then removes all of it. */
export async function withStreamScene(body: (scene: StreamScene) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-stream-'));
  try {
    await withFedora(async (from) => {
      await withOther((to) => body({ from, to, file: join(directory, 'stream') }));
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes one file system with the environment `fedora` in /root for `body`, and then removes all of it. */
export const withFedora = preparedBtrfs(makeFedora, { sizeMiB });

/** An environment with a shared, a cloned, an inner and an omitted volume, and files of every kind. */
async function makeFedora(fs: LoopBtrfs): Promise<void> {
  const line = (mountpoint: string, options: string): string => `UUID=${fs.uuid} ${mountpoint} btrfs ${options} 0 0\n`;
  const root = await makeRoot(fs, 'root', {
    kernels: ['6.1.0-1'],
    fstab: [
      line('/', 'subvol=root,subvolid=256,noatime'),
      line('/home', 'subvol=/home'),
      line('/var/lib/db', 'subvol=db'),
      'UUID=AAAA-BBBB /boot/efi vfat defaults 0 0\n',
      'tmpfs /tmp tmpfs defaults 0 0\n',
    ].join(''),
    cmdline: `root=UUID=${fs.uuid} ro rootflags=subvol=root quiet\n`,
    defaultGrub: `GRUB_CMDLINE_LINUX="root=UUID=${fs.uuid} rootflags=subvol=root rhgb"\n`,
  });
  for (const path of ['home', 'db', 'root/opt', 'root/opt/inner', 'root/.snapshots']) await fs.subvolume(path);
  await mkdir(join(fs.top, 'db/data'));
  await writeFile(join(fs.top, 'db/data/table'), 'rows\n'.repeat(5000));
  await writeFile(join(fs.top, 'root/opt/tool'), 'tool\n');
  await writeFile(join(fs.top, 'root/opt/inner/deep'), 'deep\n');
  await mkdir(join(root, 'usr/bin'));
  await writeFile(join(root, 'usr/bin/su'), 'program\n');
  await link(join(root, 'usr/bin/su'), join(root, 'usr/bin/su2'));
  await symlink('/etc/os-release', join(root, 'usr/link'));
  await writeFile(join(root, 'etc/name with\nline break'), '');
  await tool('mkfifo', [join(root, 'usr/fifo')]);
  await tool('mknod', [join(root, 'usr/null'), 'c', '1', '3']);
  await tool('chown', ['12:34', join(root, 'usr/bin/su')]);
  await tool('chmod', ['6755', join(root, 'usr/bin/su')]);
  for (const [name, value] of [
    ['security.selinux', 'system_u:object_r:bin_t:s0'],
    ['user.note', 'note'],
    ['trusted.other', 'other'],
  ] as const)
    await tool('setfattr', ['-n', name, '-v', value, join(root, 'usr/bin/su')]);
  const run = (...words: string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
  await run('adopt', 'root', '--name', 'fedora');
  await run('describe', 'fedora', 'with all kinds of things');
  await run('volume', 'set', '/var/lib/db', 'cloned');
}

/** Exports to a file. */
export async function exportTo(file: string, fs: LoopBtrfs, name: string, ...more: readonly string[]): Promise<Ran> {
  return await stream(['export', name, '--filesystem', fs.top, ...more], { stdout: { file } });
}

/** Exports to a file and expects success. */
export async function exportOk(file: string, fs: LoopBtrfs, name = 'fedora'): Promise<void> {
  const { status, stderr } = await exportTo(file, fs, name);
  if (status !== 0) throw new Error(`export ended with ${status}: ${stderr}`);
}

/** Imports from a file. */
export async function importFrom(file: string, fs: LoopBtrfs, name: string, ...more: readonly string[]): Promise<Ran> {
  return await stream(['import', name, '--filesystem', fs.top, ...more], { stdin: { file } });
}

/** Runs the built program with a stream as its input or output. */
function stream(
  words: readonly string[],
  { stdin, stdout }: { readonly stdin?: { readonly file: string }; readonly stdout?: { readonly file: string } },
): Promise<Ran> {
  const script = `exec "$@"${stdin === undefined ? '' : ' <"$stream"'}${stdout === undefined ? '' : ' >"$stream"'}`;
  const place = (stdin ?? stdout)?.file ?? '';
  return runCleanly('sh', ['-c', script, 'sh', process.execPath, programPath, ...words], { stream: place });
}

/** The paths of all subvolumes. */
export async function subvolumesOf(fs: LoopBtrfs): Promise<readonly string[]> {
  const list = await tool('btrfs', ['subvolume', 'list', fs.top]);
  return [...list.matchAll(/ path (.*)$/gm)].map(([, path = '']) => path).sort();
}

/** All files that a copy of a directory must have: a line for each file, without the values that differ between file systems. */
export async function contentsOf(directory: string, below = ''): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const name of (await readdir(join(directory, below))).sort()) {
    const inside = join(below, name);
    const path = join(directory, inside);
    const found = await lstat(path);
    const { mode, uid, gid, rdev, mtimeMs } = found;
    const links = found.isDirectory() ? '' : String(found.nlink);
    const attributes = (await tool('getfattr', ['-h', '-d', '-m', '-', '-e', 'hex', '--absolute-names', path]))
      .split('\n')
      .filter((line) => line.includes('=') && !line.startsWith('trusted.be-hook.'));
    const content = found.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : found.isSymbolicLink()
        ? await readlink(path)
        : '';
    const when = found.isDirectory() ? '' : String(Math.floor(mtimeMs));
    lines.push([inside, mode.toString(8), uid, gid, rdev, links, when, content, ...attributes].join(' '));
    if (found.isDirectory()) lines.push(...(await contentsOf(directory, inside)));
  }
  return lines;
}

/** The offset of each subvolume in a stream: the magic string of btrfs (send.h, BTRFS_SEND_STREAM_MAGIC). */
export function beginnings(stream: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = stream.indexOf('btrfs-stream\0'); at >= 0; at = stream.indexOf('btrfs-stream\0', at + 1))
    found.push(at);
  return found;
}
