import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { programPath } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('a file system that does not answer');

test.before(() => needTool('qemu-storage-daemon'));

/**
 * An open file of a FUSE file system whose program is stopped, like a file on a server that is down, and the process
 * that opened it.
 */
async function withSilentFile(body: (pid: number) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-silent-'));
  const path = (name: string): string => join(directory, name);
  await writeFile(path('disk'), Buffer.alloc(1024 * 1024));
  await writeFile(path('export'), '');
  await tool('qemu-storage-daemon', [
    ...['--blockdev', `driver=file,filename=${path('disk')},node-name=disk`],
    ...['--export', `type=fuse,id=export,node-name=disk,mountpoint=${path('export')}`],
    ...['--daemonize', '--pidfile', path('pid')],
  ]);
  const daemon = Number(await readFile(path('pid'), 'utf8'));
  const user = execa('sh', ['-euc', 'exec 9<"$1"; echo ready; read -r _ || :', 'sh', path('export')]);
  try {
    await once(user.stdout, 'data');
    process.kill(daemon, 'SIGSTOP');
    await body(user.pid ?? 0);
  } finally {
    process.kill(daemon, 'SIGKILL');
    user.stdin.end();
    await user;
    await tool('umount', ['--lazy', path('export')]);
    await rm(directory, { recursive: true });
  }
}

test('does not delay destroy of an environment on another file system', async () => {
  await withTwoEnvironments(async (fs) => {
    await withSilentFile(async (pid) => {
      // The kernel caches the attributes of the file for one second.
      await sleep(1500);
      const asked = await execa('timeout', ['2', 'stat', '-L', `/proc/${pid}/fd/9`], { reject: false });
      assert.is(asked.exitCode, 124, 'it does not answer');

      const words = ['destroy', '-F', 'be2', '--filesystem', fs.top];
      const ended = await execa(process.execPath, [programPath, ...words], {
        reject: false,
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });

      assert.equal([ended.timedOut, ended.exitCode], [false, 0], ended.stderr);
    });
  });
});

test.run();
