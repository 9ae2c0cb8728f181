import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, programPath } from '../support/program.ts';
import { beginnings, subvolumesOf, withFedora } from '../support/stream-scene.ts';

const test = suite('interrupted exports');

/** Starts an export, and waits for its first bytes. `rest` reads the whole stream. */
async function startExport(fs: LoopBtrfs): Promise<{
  readonly process: ReturnType<typeof spawn>;
  readonly rest: () => Promise<Buffer>;
}> {
  const started = spawn(fs);
  const chunks: Buffer[] = [];
  const { stdout } = started;
  await new Promise((resolve) => {
    stdout.once('readable', resolve);
  });
  const rest = async (): Promise<Buffer> => {
    for await (const chunk of stdout) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  return { process: started, rest };
}

function spawn(fs: LoopBtrfs) {
  return execa(process.execPath, [programPath, 'export', 'fedora', '--filesystem', fs.top], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    buffer: { stdout: false },
  });
}

/** Makes an environment whose stream is larger than the buffer of a pipe. */
async function withLargeFedora(body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withFedora(async (fs) => {
    await tool('sh', ['-c', 'head -c 8000000 /dev/urandom >"$1"', 'sh', join(fs.top, 'root/usr/large')]);
    await body(fs);
  });
}

test('block no other command, and no command deletes their subvolumes', async () => {
  await withLargeFedora(async (fs) => {
    const { process: sending, rest } = await startExport(fs);
    await beHookOk('create', 'meanwhile', '--filesystem', fs.top);
    const whole = await rest();
    assert.is((await sending).exitCode, 0);
    assert.is(beginnings(whole).length, 5, 'root, three volumes, manifest');
  });
});

test('end with an error after the end of the reader or a signal, and leave nothing', async () => {
  await withLargeFedora(async (fs) => {
    const before = await subvolumesOf(fs);
    for (const end of ['close', 'SIGINT', 'SIGTERM'] as const) {
      const { process: sending } = await startExport(fs);
      if (end === 'close') sending.stdout.destroy();
      else process.kill(sending.pid ?? 0, end);
      sending.stdout.resume();
      const { exitCode, stderr } = await sending;
      assert.is(exitCode, 74, `${end}: ${stderr}`);
      const why = end === 'close' ? 'the program that read it has ended' : `the signal ${end} ended btrfs send`;
      assert.match(stderr, `be-hook: cannot send the whole stream: ${why}; this stream cannot be imported`);
      assert.equal(await subvolumesOf(fs), before, end);
    }
  });
});

test('leave subvolumes if killed, and the next command deletes these', async () => {
  await withLargeFedora(async (fs) => {
    const before = await subvolumesOf(fs);
    const { process: sending } = await startExport(fs);
    sending.kill('SIGKILL');
    sending.stdout.resume();
    await sending;
    assert.ok((await subvolumesOf(fs)).includes('be-hook/fedora@export/root'));
    const listed = await beHook('list', '--quick', '--filesystem', fs.top);
    assert.match(listed.stderr, '/be-hook/fedora@export belongs to an interrupted run');

    await beHookOk('sync', '--filesystem', fs.top);

    assert.equal(await subvolumesOf(fs), before);
    assert.equal(
      (await listOf(fs.top)).map(({ name }) => name),
      ['fedora'],
    );
  });
});

test.run();
