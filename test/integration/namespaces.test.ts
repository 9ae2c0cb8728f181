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

const test = suite('mount namespaces');

/** A directory in which `ns` keeps a mount namespace; in that one, something is mounted on `inside`. */
interface Scene {
  readonly directory: string;
  /** Runs a shell script in the directory, in the mount namespace of this test. */
  readonly sh: (script: string) => void;
  /** Looks around; `meanwhile` happens when the namespace of this test is seen the first time. */
  readonly look: (
    meanwhile: string,
    observe?: typeof observeNamespaces,
  ) => Promise<{ readonly looks: number; readonly found: number }>;
}

test('one whose way in goes while we look is found by its other one', async () => {
  await withKeptNamespace(async ({ sh, look }) => {
    sh('touch other; mount --bind ns other');
    assert.equal(await look('umount ns'), { looks: 2, found: 1 });
  });
});

test('one that goes while we look is not missed', async () => {
  await withKeptNamespace(async ({ look }) => {
    assert.equal(await look('umount ns'), { looks: 2, found: 0 });
  });
});

test('a namespace that be-hook cannot look into is a problem: something may be mounted there', async () => {
  await withKeptNamespace(async ({ directory, look }) => {
    // Once: others who look at the same time find it, too, and look again.
    const answer = await look('mount --bind inside ns', lookAround).catch((error: unknown) => error);
    assert.ok(answer instanceof BeHookError);
    assert.is(answer.problem.code, 'tool-failed');
    assert.match(JSON.stringify(answer.problem), `cannot read the mount namespace ${directory}/ns`);
  });
});

test('a namespace that an unprivileged user hides blocks no command', async () => {
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

test('one that a user hides is found by the way in that root has', async () => {
  needTool('setpriv', 'unshare', 'nsenter');
  // be-hook looks first at the lowest number: a user's process in a namespace of its own.
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

/** In a namespace of root's: keeps another one by a file, and hides what leads to it from the namespace of process $1. */
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
