import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle, presentEntries } from '../../packaging/bundle.ts';
import type { BubbleOptions, Ended } from '../support/bubble.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('the command be-hook');

/** The exit statuses that the manual promises to scripts. */
const status = { noSuch: 3, notRoot: 4, usage: 64, noInput: 66, missingTool: 69, busy: 75, config: 78 };

async function call(machine: HookMachine, words: string, options: BubbleOptions = {}): Promise<Ended> {
  return machine.run(['be-hook', ...words.split(' ').filter((word) => word !== '')], options);
}

/** A refusal: nothing on stdout, and one line on stderr with the problem and, after a semicolon, the remedy. */
function assertRefused(ended: Ended, code: number, words: RegExp): void {
  assert.is(ended.status, code, ended.stderr);
  assert.is(ended.stdout, '');
  assert.match(ended.stderr, /^be-hook: [^\n]*; [^\n]*\n$/);
  assert.match(ended.stderr, words);
}

test('is built in dist/ from these sources', async () => {
  const { files } = await bundle(presentEntries());
  assert.ok(files.length > 2);
  for (const { path, text } of files) {
    const built = await readFile(path, 'utf8').catch(() => 'nothing');
    assert.ok(built === text, `${path} is out of date; run: npm run build`);
  }
});

test('prints all commands in help, and all options in help COMMAND, on stdout', async () => {
  await withHookMachine(async (machine) => {
    for (const words of ['', 'help', '--help', '-h']) {
      const ended = await call(machine, words);
      assert.equal([ended.status, ended.stderr], [0, '']);
      for (const name of ['sync', 'list', 'menu', 'status', 'adopt', 'forget', 'uninstall'])
        assert.match(ended.stdout, new RegExp(`^ {2}${name}\\b`, 'm'));
      assert.ok(ended.stdout.split('\n').every((line) => line.length <= 120));
    }
    for (const words of ['help sync', 'sync --help', 'sync -h --nonsense']) {
      const { status: code, stdout, stderr } = await call(machine, words);
      assert.equal([code, stderr], [0, '']);
      for (const option of ['--filesystem', '--dry-run', '--json']) assert.match(stdout, option);
    }
  });
});

test('prints its version', async () => {
  await withHookMachine(async (machine) => {
    const manifest = await readFile(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    for (const words of ['version', '--version'])
      assert.equal(await call(machine, words), { status: 0, stdout: `be-hook ${version}\n`, stderr: '' });
  });
});

const mistakes: Readonly<Record<string, RegExp>> = {
  lst: /no command “lst”; did you mean: be-hook list\?/,
  ls: /no command “ls”; did you mean: be-hook list\?/,
  delete: /no command “delete”; did you mean: be-hook destroy\?/,
  '--jsn list': /no option --jsn in front of the command; did you mean --json\?/,
  '--filesystem /a list --filesystem /b': /--filesystem is given twice, with different values/,
  '--verbose activate be1 --jso': /no option --jso; did you mean --json\?/,
  'sync --dryrun': /no option --dryrun/,
  'sync -n': /no option -n/,
  'sync --no-json': /no option --no-json/,
  'list --json=no': /--json takes no value/,
  'sync now': /one argument too many: “now”/,
  'list --filesystem': /--filesystem needs a value/,
  'list --filesystem /a --filesystem /b': /--filesystem is given more than once/,
  forget: /NAME is missing/,
  'adopt @be1 @be2': /one argument too many: “@be2”/,
};

test('refuses unknown words with status 64, and changes nothing', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    for (const [words, complaint] of Object.entries(mistakes)) {
      const ended = await call(machine, words);
      assertRefused(ended, status.usage, complaint);
      assert.match(ended.stderr, /; (see: be-hook help|did you mean)/);
    }
    assert.is(await machine.read('boot/grub/be-hook.cfg'), '');
  });
});

test('refuses every command of a user who is not root', async () => {
  await withHookMachine(async (machine) => {
    for (const words of ['list', 'menu', 'status', 'sync', 'sync --dry-run', 'adopt @be1', 'forget be2', 'uninstall']) {
      const unprivileged = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'be-hook'];
      assertRefused(
        await machine.run([...unprivileged, ...words.split(' ')]),
        status.notRoot,
        /permission denied; run the command as root/,
      );
    }
  });
});

test('names a missing program and its package', async () => {
  await withHookMachine(async (machine) => {
    const menu = await machine.read('boot/grub/be-hook.cfg');
    for (const [tool, named] of [
      ['/usr/bin/btrfs', /cannot find the program btrfs; install btrfs-progs/],
      ['/usr/bin/getfattr', /cannot find the program getfattr; install attr/],
      ['/usr/bin/unshare', /cannot find the program unshare; install util-linux/],
      ['/usr/bin/node', /Node\.js 20\.19 or newer is missing \(found: .*\); install nodejs/],
    ] as const) {
      const ended = await machine.sh('rm /usr/local/bin/node 2>/dev/null; exec be-hook sync', { without: [tool] });
      assertRefused(ended, status.missingTool, named);
    }
    assert.is(await machine.read('boot/grub/be-hook.cfg'), menu);
  });
});

test('lists the environments when it refuses an unknown one', async () => {
  await withHookMachine(async (machine) => {
    assertRefused(
      await call(machine, 'forget be3'),
      status.noSuch,
      /cannot find the boot environment “be3”; use one of: be1, be2/,
    );
    assertRefused(await call(machine, 'adopt @be3'), status.noInput, /cannot find the subvolume “@be3”/);
  });
});

test('names the file system of a place that is not on btrfs', async () => {
  await withHookMachine(async (machine) => {
    assertRefused(await call(machine, 'list --filesystem /run'), status.config, /\/run is tmpfs, not btrfs/);
    assertRefused(await call(machine, 'list --filesystem /nowhere'), status.noInput, /cannot find \/nowhere/);
  });
});

test('waits for the lock up to the time limit to write, and not at all to read', async () => {
  await withHookMachine(async (machine) => {
    const script = `
flock /run/be-hook.lock sleep 60 & sleep 0.3
be-hook list >/dev/null && be-hook sync --dry-run && be-hook menu >/dev/null || exit 1
exec be-hook sync`;
    assertRefused(
      await machine.sh(script),
      status.busy,
      /cannot get the lock: another be-hook process has held it for 30 s/,
    );
  });
});

test('prints data on stdout and warnings on stderr in a pipe; sync is silent', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    const planned = await call(machine, 'sync --dry-run');
    assert.equal([planned.status, planned.stderr], [0, '']);
    assert.match(planned.stdout, /^\d+\. write \/@be1\/boot\/grub\/be-hook\.cfg \(/m);
    assert.equal(await call(machine, 'sync'), { status: 0, stdout: '', stderr: '' });
    assert.equal(await call(machine, 'sync --dry-run'), { status: 0, stdout: '', stderr: '' });

    await rm(machine.path('boot/initramfs-6.1.0-1.img'));
    const warned = await call(machine, 'list');
    assert.is(warned.status, 0);
    assert.match(
      warned.stderr,
      /^be-hook: warning: “be1”: \/@be1\/boot\/vmlinuz-6\.1\.0-1 has no initramfs beside it/m,
    );
    assert.not.match(warned.stdout, 'warning');
    assert.match(warned.stdout, /^be1 +NR +\/ +[\d.]+K +\d{4}-\d\d-\d\d \d\d:\d\d +6\.1\.0-2 +1 problem$/m);
  });
});

test('prints the result on a terminal, and each step with --verbose', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    const ended = await machine.run(['script', '--quiet', '--return', '--command', 'be-hook sync -v', '/dev/null']);
    assert.is(ended.status, 0);
    assert.match(ended.stdout, 'write /@be1/boot/grub/be-hook.cfg (there is no menu yet)');
    const again = await machine.run(['script', '--quiet', '--return', '--command', 'be-hook sync', '/dev/null']);
    assert.is(again.stdout.trim(), 'The boot menu already matches the kernels on disk.');
  });
});

test.run();
