import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { addProgram, withTwoSystems } from '../support/inner-system.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, copyProgram, menuOf, programPath, type Ran } from '../support/program.ts';
import { mountsElsewhere, mountsHere } from '../support/seen-mounts.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

type Exec = (...command: readonly string[]) => Promise<Ran>;

/** Makes the two systems of inner-system, and checks afterwards that no mount and no process is left. */
async function withSystems(body: (fs: LoopBtrfs, exec: Exec) => Promise<void>): Promise<void> {
  await withTwoSystems(async (fs) => {
    await body(fs, (...command) => beHook('exec', '--filesystem', fs.top, ...command));
    await assertGone(fs);
  });
}

/** Checks that no mount and no process is left. The kernel ends a namespace a moment after its last process. */
async function assertGone(fs: LoopBtrfs): Promise<void> {
  await eventually(async () => (await mountsElsewhere(fs)).length === 0);
  assert.equal(await mountsElsewhere(fs), []);
  assert.equal(await mountsHere(fs), []);
  assert.equal(await processesIn(fs), []);
}

/** Processes that have their root on the scratch file system. */
async function processesIn(fs: LoopBtrfs): Promise<readonly string[]> {
  const devices = new Set<string>();
  for (const line of (await tool('btrfs', ['subvolume', 'list', fs.top])).split('\n')) {
    const path = / path (.*)$/.exec(line)?.[1];
    if (path !== undefined) devices.add(await tool('stat', ['-c', '%d', join(fs.top, path)]));
  }
  // Only now: the kernel may give a subvolume the number of one whose last process has just ended.
  const lines = await tool('sh', ['-c', 'stat -L -c "%d %n" /proc/[0-9]*/root 2>/dev/null || true']);
  return lines.split('\n').filter((line) => devices.has(line.split(' ')[0] ?? ''));
}

async function eventually(condition: () => Promise<boolean>, seconds = 15): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end && !(await condition()); )
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Starts `be-hook exec be2` with a script for the environment's shell, in a separate process group. */
function start(fs: LoopBtrfs, script: string) {
  const words = [programPath, 'exec', '--filesystem', fs.top, 'be2', 'sh', '-c', script];
  return execa(process.execPath, words, {
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    detached: true,
    reject: false,
    timeout: 120_000,
  });
}

/** Waits until the command has created this file in the environment. */
async function reached(fs: LoopBtrfs, name: string): Promise<void> {
  const path = join(fs.top, 'be-hook/be2/root', name);
  await eventually(() => Promise.resolve(existsSync(path)), 60);
  assert.ok(existsSync(path), `${name} was reached`);
}

const test = suite('be-hook exec');

test('ends with the status of the command, with 126 or 127, or with 128 + the signal', async () => {
  await withSystems(async (_fs, exec) => {
    const endings: readonly (readonly [number, readonly string[]])[] = [
      [0, ['true']],
      [3, ['sh', '-c', 'exit 3']],
      [127, ['no-such-program']],
      [126, ['/etc']],
      [143, ['sh', '-c', 'kill -TERM $$']],
      [137, ['sh', '-c', 'kill -KILL $$']],
    ];
    for (const [status, command] of endings) {
      const ended = await exec('be2', ...command);
      assert.equal([ended.status, ended.stdout], [status, ''], command.join(' '));
      assert.is(ended.stderr === '', status < 126 || status > 128, ended.stderr);
    }
    for (const name of ['be3', 'be2@none']) assert.ok((await exec(name, 'true')).status > 0);
  });
});

test('passes arguments, standard input and both outputs unchanged', async () => {
  await withSystems(async (fs, exec) => {
    const { stdout } = await exec('be2', 'printf', '%s,', '--json', '-h', '', 'a b', '$x', '--', '--filesystem');
    assert.is(stdout, '--json,-h,,a b,$x,--,--filesystem,');
    assert.is((await exec('be2', '--', 'echo', '--')).stdout, '--\n');
    const bytes = Buffer.from(Array.from({ length: 500_000 }, (_none, index) => (index * 7 + (index >> 8)) & 255));
    const words = [programPath, 'exec', '--filesystem', fs.top, 'be2', 'sh', '-c', 'tee /copy; cat /copy >&2'];
    const ended = await execa(process.execPath, words, {
      input: bytes,
      encoding: 'buffer',
      stripFinalNewline: false,
      reject: false,
    });
    assert.is(ended.exitCode, 0);
    assert.ok(bytes.equals(ended.stdout));
    assert.ok(bytes.equals(ended.stderr));
    assert.is((await exec('be2')).stdout, '', 'without a command a shell reads standard input');
  });
});

test('uses the environment as root, with its own volume, and shared ones with --shared', async () => {
  await withSystems(async (fs, exec) => {
    const script = 'pwd; cat /var/lib/db/format; ls /home; echo new >/var/lib/db/format; echo x >/made';
    assert.equal(await exec('be2', 'sh', '-c', script), { status: 0, stdout: '/\nold\n', stderr: '' });
    assert.is(await readFile(join(fs.top, 'be-hook/be2/root/made'), 'utf8'), 'x\n');
    assert.is(await readFile(join(fs.top, 'be-hook/be2/volumes/var-lib-db/format'), 'utf8'), 'new\n');
    assert.is(await readFile(join(fs.top, '@db/format'), 'utf8'), 'old\n');
    assert.is(
      (await beHook('exec', '--shared', '--filesystem', fs.top, 'be2', 'cat', '/home/letter')).stdout,
      'dear\n',
    );
  });
});

test('mounts a volume of one environment that be-hook did not make', async () => {
  await withSystems(async (_fs, exec) => {
    assert.is((await exec('be1', 'cat', '/var/lib/db/format')).stdout, 'old\n');
  });
});

test('isolates processes, /run and variables, and provides /dev, /proc and /sys', async () => {
  await withSystems(async (_fs, exec) => {
    const run = async (script: string): Promise<string> => {
      const { status, stdout, stderr } = await exec('be2', 'sh', '-c', script);
      assert.is(status, 0, stderr);
      return stdout.trim();
    };
    assert.match(await run('ls -d /proc/[0-9]*'), /^\/proc\/1\n(\/proc\/\d+\s*){1,4}$/);
    await run('echo >/dev/null && [ -c /dev/urandom ] && [ -d /sys/fs/btrfs ]');
    assert.is(await run('ls -A /run | grep -v be-hook; ls -A /sys/firmware/efi/efivars 2>/dev/null; true'), '');
    assert.match(await run('mkdir /run/x && touch /sys/kernel/x 2>&1 || true'), 'Read-only');
    assert.ok((await readFile('/proc/self/mountinfo', 'utf8')).split('\n').some((line) => / \/sys rw/.test(line)));
    const variables = (await run('env')).split('\n').filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line));
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    assert.equal(variables.sort(), ['BE_HOOK_ENVIRONMENT=be2', 'HOME=/root', path, 'SHELL=/bin/sh']);
    assert.is(await run('cat /proc/self/mountinfo | grep -c " /run/be-hook"; true'), '0');
  });
});

test('shows the resolv.conf of the machine for a link into /run, and changes nothing', async () => {
  await withSystems(async (fs, exec) => {
    const root = join(fs.top, 'be-hook/be2/root');
    const script = 'cat /etc/resolv.conf; [ -z "$(ls -A /tmp)" ]';
    for (const target of ['../run/systemd/resolve/stub-resolv.conf', '/run/netconfig/resolv.conf']) {
      await rm(join(root, 'etc/resolv.conf'), { force: true });
      await symlink(target, join(root, 'etc/resolv.conf'));
      const before = await snapshotTree(root);
      assert.is((await exec('be2', 'sh', '-c', script)).stdout, await readFile('/etc/resolv.conf', 'utf8'));
      assert.equal(await snapshotTree(root), before);
    }
    await rm(join(root, 'etc/resolv.conf'));
    await writeFile(join(root, 'etc/resolv.conf'), 'mine\n');
    assert.is((await exec('be2', 'sh', '-c', script)).stdout, 'mine\n');
    // be-hook creates no file for a link that leaves /run again.
    await rm(join(root, 'etc/resolv.conf'));
    await symlink('../run/../tmp/evil', join(root, 'etc/resolv.conf'));
    const before = await snapshotTree(root);
    assert.is((await exec('be2', 'sh', '-c', script)).status, 0);
    assert.equal(await snapshotTree(root), before);
  });
});

test('ends the background processes of the command when the command ends', async () => {
  await withSystems(async (fs, exec) => {
    const daemon =
      '(setsid sh -c "trap : TERM HUP INT; echo >/daemon-runs; while :; do sleep 1; done" &) </dev/null >/dev/null 2>&1';
    const wait = 'while [ ! -e /daemon-runs ]; do sleep 0.1; done; exit 4';
    assert.is((await exec('be2', 'sh', '-c', `${daemon}; ${wait}`)).status, 4);
    assert.equal(await processesIn(fs), []);
    // Orphans that end are reaped. Otherwise a process that waits for the end of a daemon would see it forever.
    const orphan = '(sh -c "sleep 0.2" &) ; sleep 1; grep -c "^State:.Z" /proc/[0-9]*/status | grep -c ":1$"; true';
    assert.is((await exec('be2', 'sh', '-c', orphan)).stdout, '0\n');
  });
});

test('leaves no process and no mount when be-hook is killed', async () => {
  await withSystems(async (fs) => {
    const running = start(fs, '(setsid sleep 300 &); echo >/runs; sleep 300');
    await reached(fs, 'runs');
    assert.ok((await mountsElsewhere(fs)).length > 0, 'it is mounted for the command');
    assert.ok((await processesIn(fs)).length > 0);
    assert.equal(await mountsHere(fs), [], 'no other namespace sees it');
    running.kill('SIGKILL');
    await running;
    await assertGone(fs);
    await fs.unmounted(() => Promise.resolve());
  });
});

test('survives Ctrl-C, updates the menu and returns the status of the command', async () => {
  await withSystems(async (fs) => {
    // A signal that reaches the shell's child between fork and exec is lost, so the shell waits in short steps.
    const wait = 'while :; do sleep 0.1; done';
    const removeKernel = `rm /boot/vmlinuz-6.1.0-1; echo >/runs; ${wait}`;
    const running = start(fs, removeKernel);
    await reached(fs, 'runs');
    process.kill(-(running.pid ?? 0), 'SIGINT');
    assert.is((await running).exitCode, 130);
    assert.equal(
      (await menuOf(fs.top)).entries.map(({ be }) => be),
      ['be1'],
    );

    const catching = start(fs, `trap "echo caught; exit 5" INT; echo >/catches; ${wait}`);
    await reached(fs, 'catches');
    process.kill(-(catching.pid ?? 0), 'SIGINT');
    const { exitCode, stdout } = await catching;
    assert.equal([exitCode, stdout], [5, 'caught']);
  });
});

test('forwards a SIGTERM that only be-hook receives', async () => {
  await withSystems(async (fs) => {
    const running = start(fs, 'trap "echo told; exit 6" TERM; echo >/runs; while :; do sleep 0.1; done');
    await reached(fs, 'runs');
    running.kill('SIGTERM');
    const { exitCode, stdout } = await running;
    assert.equal([exitCode, stdout], [6, 'told']);
  });
});

test('protects its environment from destroy, and does not block other commands', async () => {
  await withSystems(async (fs) => {
    const running = start(fs, 'echo >/runs; sleep 300');
    await reached(fs, 'runs');
    const { status, stderr } = await beHook('destroy', '-F', 'be2', '--filesystem', fs.top);
    assert.is(status, 5, stderr);
    assert.match(stderr, /cannot destroy “be2”: in use by \w+ \(PID \d+\)/);
    await beHookOk('create', 'be3', '-e', 'be2', '--filesystem', fs.top);
    await beHookOk('mount', 'be2', '--filesystem', fs.top);
    await beHookOk('umount', 'be2', '--filesystem', fs.top);
    assert.is((await beHook('exec', '--filesystem', fs.top, 'be2', 'ls', '/runs')).stdout, '/runs\n');
    process.kill(-(running.pid ?? 0), 'SIGTERM');
    await running;
    await beHookOk('destroy', '-F', 'be2', '--filesystem', fs.top);
  });
});

test('refuses be-hook inside, because it cannot see what the machine uses', async () => {
  await withSystems(async (fs, exec) => {
    const root = join(fs.top, 'be-hook/be2/root');
    await addProgram(root, 'node');
    await copyProgram(root);
    const before = await snapshotTree(join(fs.top, '@be1'));
    const inside = ['node', '/be-hook.cjs', 'destroy', '-F', 'be1', '--filesystem', fs.device];
    for (const command of [
      inside,
      ['env', '-u', 'BE_HOOK_ENVIRONMENT', ...inside],
      inside.slice(0, 2).concat('list'),
    ]) {
      const { status, stdout, stderr } = await exec('be2', ...command);
      assert.equal([status, stdout], [78, ''], stderr);
      assert.match(stderr, /^be-hook: be-hook does not work inside be-hook exec \(“be2”\)[^\n]*\n$/);
    }
    // If /run is not a directory, be-hook writes nothing there.
    await rm(join(root, 'run'), { recursive: true });
    await symlink('tmp', join(root, 'run'));
    const { status, stderr } = await exec('be2', ...inside);
    assert.is(status, 78, stderr);
    assert.equal(await readdir(join(root, 'tmp')), []);
    assert.equal(await snapshotTree(join(fs.top, '@be1')), before);
  });
});

test('does not keep a file system mounted that the machine unmounts', async () => {
  await withSystems(async (fs) => {
    const place = await mkdtemp(join(tmpdir(), 'be-hook-shared-'));
    try {
      // systemd makes all mounts of a machine shared.
      await tool('mount', ['-t', 'tmpfs', 'tmpfs', place]);
      await tool('mount', ['--make-shared', place]);
      await mkdir(join(place, 'm'));
      await beHookOk('mount', 'be1', join(place, 'm'), '--filesystem', fs.top);
      const running = start(fs, 'echo >/runs; sleep 300');
      await reached(fs, 'runs');
      const [holder = ''] = (await readFile(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8')).split(' ');
      const isThere = async (): Promise<boolean> =>
        (await readFile(`/proc/${holder}/mountinfo`, 'utf8')).includes(` ${place}/m `);
      assert.ok(await isThere(), 'the command’s namespace has what the machine had');
      await beHookOk('umount', 'be1', '--filesystem', fs.top);
      assert.not(await isThere());
      process.kill(-(running.pid ?? 0), 'SIGTERM');
      await running;
    } finally {
      await tool('umount', ['--recursive', place]);
      await rm(place, { recursive: true });
    }
  });
});

test('updates menu and history afterwards, and only warns if that fails', async () => {
  await withSystems(async (fs, exec) => {
    const add =
      'cp -a /usr/lib/modules/6.1.0-1 /usr/lib/modules/6.9.0-1; cd /boot; cp vmlinuz-6.1.0-1 vmlinuz-6.9.0-1; cp initramfs-6.1.0-1.img initramfs-6.9.0-1.img; exit 9';
    assert.equal(await exec('be2', 'sh', '-c', add), { status: 9, stdout: '', stderr: '' });
    const releases = async (): Promise<readonly string[]> =>
      (await menuOf(fs.top)).entries.filter(({ be }) => be === 'be2').map(({ release }) => release);
    assert.equal(await releases(), ['6.9.0-1', '6.1.0-1']);
    assert.match(await beHookOk('history', '--filesystem', fs.top), /exec --filesystem \S+ be2 sh -c/);

    const spoil = 'mkdir -p /etc/default; echo X=\\" >/etc/default/grub; exit 2';
    const { status, stderr } = await exec('be2', 'sh', '-c', spoil);
    assert.is(status, 2);
    assert.match(stderr, /^be-hook: warning: [^\n]*default\/grub[^\n]*\n$/);
  });
});

test('refuses a snapshot or a read-only environment, and warns of an unusable /sys', async () => {
  await withSystems(async (fs, exec) => {
    await beHookOk('snapshot', 'be2@s', '--filesystem', fs.top);
    const snapshot = await exec('be2@s', 'true');
    assert.equal(
      [snapshot.status, /cannot run a command in the snapshot/.test(snapshot.stderr)],
      [64, true],
      snapshot.stderr,
    );
    const root = join(fs.top, 'be-hook/be2/root');
    await rm(join(root, 'var/lib/db'), { recursive: true });
    await symlink('/tmp', join(root, 'var/lib/db'));
    await rm(join(root, 'sys'), { recursive: true });
    await symlink('../../../../../srv', join(root, 'sys'));
    await mkdir(join(root, 'srv'));
    const { status, stdout, stderr } = await exec('be2', 'sh', '-c', 'ls /var/lib/db/; [ -d /srv/kernel ]');
    assert.equal([status, stdout, stderr], [0, 'format\n', ''], 'a link is followed inside of the environment');
    await rm(join(root, 'sys'));
    const without = await exec('be2', 'true');
    assert.equal([without.status, without.stderr.match(/warning: cannot mount on \/sys of “be2”/g)?.length], [0, 1]);
    await mkdir(join(root, 'sys'));
    await tool('btrfs', ['property', 'set', '-ts', root, 'ro', 'true']);
    const frozen = await exec('be2', 'true');
    assert.equal([frozen.status, /read-only/.test(frozen.stderr)], [65, true], frozen.stderr);
    await fs.remount('ro');
    const still = await exec('be1', 'true');
    assert.equal([still.status, /read-only/.test(still.stderr)], [73, true], still.stderr);
  });
});

test('mounts and runs nothing with --dry-run', async () => {
  await withSystems(async (fs, exec) => {
    const text = await beHookOk('exec', '--dry-run', '--filesystem', fs.top, 'be2', 'touch', '/made');
    assert.match(
      text,
      /^1\. mount \/be-hook\/be2\/root on \/, where only the command sees it\n2\. mount \S+ on \/var\/lib\/db\n/,
    );
    assert.match(text, /\d\. run touch \/made\n$/);
    const json = await beHookOk('exec', '--dry-run', '--json', '--filesystem', fs.top, 'be2', 'touch', '/made');
    const data = JSON.parse(json) as { dryRun: boolean; mounts: { mountpoint: string }[]; command: string[] };
    assert.equal([data.dryRun, data.command], [true, ['touch', '/made']]);
    assert.equal(
      data.mounts.map(({ mountpoint }) => mountpoint),
      ['/', '/var/lib/db'],
    );
    assert.not(existsSync(join(fs.top, 'be-hook/be2/root/made')));
    const alone = await beHook('exec', '--json', '--filesystem', fs.top, 'be2', 'true');
    assert.is(alone.status, 64, alone.stderr);
    assert.is((await exec('be2', 'ls', '/made')).status, 1);
  });
});

test('works in an image file that is not attached', async () => {
  await withTwoSystems(async (fs) => {
    await fs.unmounted(async () => {
      const ended = await beHook('exec', '--filesystem', fs.image, 'be2', 'sh', '-c', 'cat /var/lib/db/format >/copy');
      assert.equal(ended, { status: 0, stdout: '', stderr: '' });
    });
    assert.is(await readFile(join(fs.top, 'be-hook/be2/root/copy'), 'utf8'), 'old\n');
    await assertGone(fs);
  });
});

test.run();
