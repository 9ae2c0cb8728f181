import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errorCode, readLink } from '../../lib/system/files.ts';
import { observeNamespaces } from '../../lib/system/namespaces.ts';
import { readProc, unlessEnded } from '../../lib/system/proc.ts';

const test = suite('reading tasks in /proc');

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'none';
  } catch (error) {
    return errorCode(error);
  }
}

test('throws an error that does not mean that the task has ended', () => {
  const notALink = (): string => readLink('/proc/self/status');

  assert.is(codeOf(notALink), 'EINVAL');
  assert.is(
    codeOf(() => unlessEnded('/proc/self', notALink)),
    'EINVAL',
  );
});

test('throws the lack of file descriptors', () => {
  const none = (): never => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  };

  assert.is(
    codeOf(() => unlessEnded('/proc/self', none)),
    'EMFILE',
  );
});

test('treats a task that has ended as ended, not as a failure', () => {
  const task = '/proc/4194305';

  assert.is(
    unlessEnded(task, () => readProc(`${task}/maps`)),
    undefined,
  );
});

test('reports no mounts for a zombie, although the kernel answers EINVAL', async () => {
  const parent = execa('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 600'], { reject: false });
  try {
    const [first] = (await once(parent.stdout, 'data')) as [Buffer];
    const task = `/proc/${first.toString().trim()}`;
    while (!readProc(`${task}/stat`).includes(') Z ')) await wait(20);
    const mountinfo = (): string => readProc(`${task}/mountinfo`);

    assert.is(codeOf(mountinfo), 'EINVAL');
    assert.is(unlessEnded(task, mountinfo), undefined);
  } finally {
    parent.kill('SIGKILL');
    await parent;
  }
});

/** Runs `body` while a process in its own mount namespace has a mount at a path that is not UTF-8. */
async function withBytesInPath(body: (pid: number) => Promise<void> | void): Promise<void> {
  const script = `
directory=$(mktemp -d)
mount -t tmpfs none "$directory"
place=$directory/$(printf '\\377')
mkdir "$place"
mount -t tmpfs only-there "$place"
echo ready
read -r _ || :
umount "$place" "$directory"
rmdir "$directory"`;
  const process = execa('unshare', ['--mount', '--propagation', 'private', 'sh', '-euc', script]);
  try {
    await once(process.stdout, 'data');
    await body(process.pid ?? 0);
  } finally {
    process.stdin.end();
    await process;
  }
}

test('finds a mount namespace with a mount at a path that is not UTF-8', () =>
  withBytesInPath(async () => {
    const found = await observeNamespaces(({ mounts }) => mounts.filter(({ source }) => source === 'only-there'));

    assert.is(found.length, 1);
  }));

test.run();
