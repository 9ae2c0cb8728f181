import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, must, run } from './run.ts';

/** A separate root for real transactions of the real rpm. Scriptlets run with busybox. */
export interface ScratchRoot {
  readonly path: string;
  /** Runs rpm on this root. */
  readonly rpm: (...args: string[]) => Promise<Ended>;
  /** The lines that were added to /log since the last call. */
  readonly takeLog: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

const applets = [
  'sh',
  'cat',
  'rm',
  'grep',
  'sed',
  'mkdir',
  'dirname',
  'find',
  'stat',
  'mktemp',
  'sleep',
  'touch',
  'mv',
  'rmdir',
  'cp',
  'sync',
];

/** The first message of Debian's rpm, which no other rpm prints. */
const debianWarning = /^rpm: RPM should not be used directly.*\nrpm: However assuming.*\n/;

/** Makes a scratch root with an empty database. */
export async function makeScratchRoot(): Promise<ScratchRoot> {
  const path = await mkdtemp(join(tmpdir(), 'be-hook-root-'));
  for (const name of ['bin', 'usr/lib', 'var', 'dev', 'tmp', 'run', 'proc'])
    await mkdir(join(path, name), { recursive: true });
  const busybox = (await must('sh', ['-c', 'command -v busybox'])).trim();
  await copyFile(busybox, join(path, 'bin/busybox'));
  for (const name of applets) await symlink('busybox', join(path, 'bin', name));
  await writeFile(join(path, 'dev/null'), '');
  const database = ['--root', path, '--dbpath', '/usr/lib/sysimage/rpm'];
  await must('rpm', [...database, '--initdb']);
  return {
    path,
    rpm: async (...args) => {
      const ended = await run('rpm', [...database, ...args]);
      return { ...ended, stderr: ended.stderr.replace(debianWarning, '') };
    },
    takeLog: async () => {
      const log = join(path, 'log');
      const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
      await rm(log, { force: true });
      return lines;
    },
    close: () => rm(path, { recursive: true, force: true }),
  };
}
