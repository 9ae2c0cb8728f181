import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BeHookError } from '../../lib/model/problem.ts';
import { lookAround, observeNamespaces } from '../../lib/system/namespaces.ts';
import { keptNamespace } from '../support/kept-namespace.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('observing mount namespaces');

/**
 * A directory with a file `ns` that keeps a mount namespace. In that namespace, a file system is mounted on `inside`.
 */
interface Scene {
  readonly directory: string;
  /** Runs a shell script in the directory, in the mount namespace of this test. */
  readonly sh: (script: string) => void;
  /** Observes all namespaces. Runs `meanwhile` when the observation first reaches the namespace of this test. */
  readonly look: (
    meanwhile: string,
    observe?: typeof observeNamespaces,
  ) => Promise<{ readonly looks: number; readonly found: number }>;
}

test('finds a namespace by its second path when the first disappears meanwhile', async () => {
  await withKeptNamespace(async ({ sh, look }) => {
    sh('touch other; mount --bind ns other');
    assert.equal(await look('umount ns'), { looks: 2, found: 1 });
  });
});

test('looks again when a namespace disappears meanwhile', async () => {
  await withKeptNamespace(async ({ look }) => {
    assert.equal(await look('umount ns'), { looks: 2, found: 0 });
  });
});

test('reports a namespace that be-hook cannot inspect, because it may have mounts', async () => {
  await withKeptNamespace(async ({ directory, look }) => {
    // Only once: another observation at the same time also sees the namespace, and looks again.
    const answer = await look('mount --bind inside ns', lookAround).catch((error: unknown) => error);
    assert.ok(answer instanceof BeHookError);
    assert.is(answer.problem.code, 'tool-failed');
    assert.match(JSON.stringify(answer.problem), `cannot read the mount namespace ${directory}/ns`);
  });
});

test('ignores a namespace that an unprivileged user hides', async () => {
  needTool('setpriv', 'unshare');
  const hide = `
cd "$(mktemp -d)"
mount -t tmpfs none . && cd "$PWD"
touch ns && ${keptNamespace('ns')}
mount --bind /dev/null ns
echo ready
read -r _ || :`;
  const user = execa('setpriv', ['--reuid', '65534', '--clear-groups', 'unshare', '-Urm', 'sh', '-euc', hide]);
  try {
    const [first] = (await once(user.stdout, 'data')) as [Buffer];
    assert.is(first.toString(), 'ready\n');
    assert.equal(await observeNamespaces(() => []), []);
  } finally {
    user.stdin.end();
    await user;
  }
});

test('finds a namespace that a user hides by the path that root has', async () => {
  needTool('setpriv', 'unshare', 'nsenter');
  // be-hook tries the process with the lowest number first: a user's process in its own namespace.
  const words = ['--mount', '--propagation', 'private', 'setpriv', '--reuid', '65534', '--clear-groups'];
  const user = execa('unshare', [...words, 'sh', '-euc', 'echo ready; read -r _ || :']);
  try {
    await once(user.stdout, 'data');
    const elsewhere = ['--mount', '--propagation', 'private', 'sh', '-euc', hideFromRoot, 'sh', String(user.pid)];
    const root = execa('unshare', elsewhere);
    const [first] = (await once(root.stdout, 'data')) as [Buffer];
    assert.is(first.toString(), 'ready\n');
    const found = await observeNamespaces(({ mounts }) => mounts.filter(({ source }) => source === 'only-there'));
    assert.is(found.length, 1);
    root.stdin.end();
    await root;
  } finally {
    user.stdin.end();
    await user;
  }
});

/**
 * Runs in root's own namespace: keeps another namespace by a file, and hides every path to it from the namespace of
 * process $1.
 */
const hideFromRoot = `
cd "$(mktemp -d)"
mount -t tmpfs none . && cd "$PWD"
touch ns
until
  ${keptNamespace('ns')}
  nsenter --mount=ns mount -t tmpfs only-there /mnt
  nsenter --mount=ns sleep 600 & inside=$!
  until [ "$(readlink "/proc/$inside/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; do sleep 0.02; done
  nsenter --mount="/proc/$1/ns/mnt" mount --bind "/proc/$inside/ns/mnt" /etc/passwd
do umount ns; kill $inside; done
kill $inside
nsenter --mount="/proc/$1/ns/mnt" mount --bind /dev/null /etc/passwd
echo ready
read -r _ || :`;

async function withKeptNamespace(body: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-namespace-'));
  const sh = (script: string): void => {
    execFileSync('sh', ['-euc', script], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  const look: Scene['look'] = async (meanwhile, observe = observeNamespaces) => {
    let looks = 0;
    const found = await observe(({ mounts }) => {
      const has = (name: string): boolean => mounts.some(({ mountpoint }) => mountpoint === join(directory, name));
      if (has('own')) looks += 1;
      if (has('own') && looks === 1) sh(meanwhile);
      return has('inside') ? ['found'] : [];
    });
    return { looks, found: found.length };
  };
  execFileSync('mount', ['-t', 'tmpfs', 'none', directory]);
  try {
    sh(`mkdir own inside0; touch inside; mount --bind inside0 own; ${keptNamespace('ns')}`);
    sh('nsenter --mount=ns sh -euc \'umount "$1/own"; mount --bind "$1/inside" "$1/inside"\' sh "$PWD"');
    await body({ directory, sh, look });
  } finally {
    execFileSync('umount', ['--lazy', directory]);
    await rm(directory, { recursive: true });
  }
}

test.run();
