import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runAs } from '../support/dialect.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { withDirectory, withPool } from '../support/pool.ts';
import { beHookOk } from '../support/program.ts';
import { mountsHere } from '../support/seen-mounts.ts';

/*
 * The cases `list`, `mount`, `rename` and `jail` of FreeBSD's sbin/bectl/tests/bectl_test.sh, and cases that it does not have:
 * activation, statuses and invalid arguments.
 */

const test = suite('bectl');

test('lists new environments, and does not list destroyed ones', async () => {
  await withPool('bectl', async ({ ok }) => {
    assert.match(await ok('list'), /^default /m);
    await ok('create', '-e', 'default', 'default2');
    const lines = (await ok('list')).trimEnd().split('\n');
    assert.is(lines[0], 'BE       Active Mountpoint Space Created');
    assert.equal(
      lines.slice(1).map((line) => /^(\S+) +(\S+) +(\S+) +(\S+) +\d{4}-\d\d-\d\d \d\d:\d\d$/.exec(line)?.slice(1, 4)),
      [
        ['default', '-', '-'],
        ['default2', '-', '-'],
        ['main', 'R', '-'],
      ],
    );
    assert.equal(
      (await ok('list', '-HC', 'name'))
        .trimEnd()
        .split('\n')
        .map((line) => [line.split('\t').length, line.split('\t')[0]]),
      [
        [5, 'main'],
        [5, 'default2'],
        [5, 'default'],
      ],
    );
    await ok('create', 'default2@kept');
    assert.match(
      await ok('list', '-s'),
      /^default2\n {2}be-hook\/default2\/root .*\n {4}default .*\n {2}default2@kept /m,
    );
    assert.not.match(await ok('list', '-a'), '@kept');
    assert.match(await ok('list', '-D', '-c', 'used'), /^main +R +- +[\d.]+[KM] /m);
    await ok('destroy', 'default2');
    assert.not.match(await ok('list'), 'default2');
  });
});

test('mounts, and unmounts with both unmount and umount', async () => {
  await withPool('bectl', async ({ fs, ok, run }) => {
    const seen = async (): Promise<number> => (await mountsHere(fs)).filter(({ root }) => root === '/@default').length;
    await withDirectory(async (path) => {
      for (const unmount of ['unmount', 'umount']) {
        assert.is(await ok('mount', 'default', join(path, 'root')), `${join(path, 'root')}\n`);
        assert.is(await seen(), 1);
        assert.match(await ok('list', '-H'), `default\t-\t${join(path, 'root')}\t`);
        const again = await run('mount', 'default', join(path, 'other'));
        assert.is(again.status, 12);
        assert.match(again.stderr, /\nFailed to mount bootenv default at /);
        assert.is(await ok(unmount, 'default'), '');
        assert.is(await seen(), 0);
        const gone = await run(unmount, 'default');
        // It is not an error if there is nothing to unmount (FreeBSD's lib/libbe/be_access.c, be_umount_iter).
        assert.equal([gone.status, gone.stdout, gone.stderr], [0, '', '']);
      }
    });
    await withDirectory(async (path) => {
      const deep = join(path, 'not/there/yet');
      assert.is(await ok('mount', 'default', deep), `${deep}\n`);
      assert.ok(existsSync(join(deep, 'etc/fstab')));
      await ok('umount', 'default');
    });
    const place = (await ok('mount', 'default')).trimEnd();
    assert.ok(existsSync(join(place, 'etc/fstab')));
    await ok('umount', '-f', 'default');
    assert.not.ok(existsSync(place));
  });
});

test('renames an environment, and refuses a name that exists', async () => {
  await withPool('bectl', async ({ ok, run, names, check }) => {
    assert.is(await ok('rename', 'default', 'default2'), '');
    assert.equal(await names(), ['default2', 'main']);
    const taken = await run('rename', 'default2', 'main');
    assert.is(taken.status, 2);
    assert.match(taken.stderr, /\nFailed to rename bootenv default2 to main\n$/);
    assert.is((await run('rename', 'default', 'x')).status, 3);
    assert.is((await run('rename', 'default2', 'a b')).status, 1);
    await ok('rename', 'main', 'still-active');
    assert.match(await ok('list', '-H'), /^still-active\tR\t/m);
    await check();
  });
});

test('runs a command in an environment with jail, also if its name is a number', async () => {
  await withPool('bectl', async ({ fs, ok, run, check }) => {
    for (const name of ['1234', '233637', 'target']) await ok('create', '-e', 'default', name);
    await writeFile(join(fs.top, 'be-hook/233637/root/etc/which'), '233637\n');
    assert.is(await ok('jail', '233637', '/bin/cat', '/etc/which'), '233637\n');
    assert.is(await ok('jail', '1234', '/bin/sh', '-c', 'echo "$0 $*"', 'a', '-b', 'c'), 'a -b c\n');
    assert.is(await ok('jail', 'default', 'ls', '/etc/fstab'), '/etc/fstab\n');
    assert.is((await run('jail', 'target', '/bin/sh', '-c', 'exit 7')).status, 7);
    assert.equal(await mountsHere(fs), [], 'nothing is left mounted');
    for (const words of [
      ['-b', '1234'],
      ['-U', 'target'],
      ['-o', 'jid=1', 'target'],
      ['-u', 'name', 'target'],
    ]) {
      const refused = await run('jail', ...words);
      assert.equal([refused.status, refused.stdout], [64, '']);
      assert.match(refused.stderr, /^bectl jail: there are no jails/);
    }
    for (const alias of ['ujail', 'unjail']) {
      const refused = await run(alias, '1234');
      assert.equal([refused.status, refused.stderr], [64, `bectl ${alias}: there are no jails, so none to leave\n`]);
    }
    assert.is((await run('jail', 'missing', 'true')).status, 3);
    await check();
  });
});

test('moves R with activate, and reports a failure on both outputs', async () => {
  await withPool('bectl', async ({ fs, ok, run, check }) => {
    const active = async (): Promise<string[]> =>
      [...(await ok('list', '-H')).matchAll(/^(\S+)\tR\t/gm)].map(([, name = '']) => name);
    assert.equal(await active(), ['main']);
    assert.is(await ok('activate', 'default'), 'Successfully activated boot environment default\n');
    assert.equal(await active(), ['default']);
    await check();
    const once = await run('activate', '-t', 'main');
    assert.equal(
      [once.status, once.stdout],
      [17, 'Did not successfully activate boot environment main for next boot\n'],
    );
    assert.match(once.stderr, /^bectl: cannot boot an environment only once on this machine: /);
    const none = await run('activate', 'missing');
    assert.equal([none.status, none.stdout], [3, 'Did not successfully activate boot environment missing\n']);
    for (const words of [['-T'], ['-T', 'main']])
      assert.is(await ok('activate', ...words), 'Temporary activation removed\n');
    assert.equal(await active(), ['default']);
    const history = await beHookOk('history', '--filesystem', fs.top);
    assert.match(history, /root +bectl --filesystem \S+ activate default$/m);
  });
});

test('marks the running environment N, renames it, and does not destroy it', async () => {
  await withHookMachine(async (machine) => {
    const script = `ln -s ../bin/be-hook /usr/sbin/bectl
bectl list -H; bectl activate be2; bectl list -H
bectl rename be1 now && bectl list -H
bectl destroy -F now; echo "status $?"; bectl umount now; echo "status $?"; bectl check; echo "status $?"`;
    const { stdout } = await machine.sh(script);
    const lines = stdout.split('\n').map((line) => line.split('\t').slice(0, 3).join(' '));
    assert.equal(lines, [
      ...['be1 NR /', 'be2 - -', 'Successfully activated boot environment be2', 'be1 N /', 'be2 R -'],
      ...['be2 R -', 'now N /', 'status 5', 'status 5', 'status 0', ''],
    ]);
  });
});

const misuses: Readonly<Record<string, RegExp>> = {
  '': /^Usage:\tbectl \{-h/,
  frobnicate: /^Unknown command: frobnicate\nUsage:/,
  'list be': /^bectl list: extra argument provided\nUsage:/,
  'list -z': /^bectl list: unknown option '-z'\nUsage:/,
  'list -c size': /^bectl list: there is no property 'size'\n/,
  'create -e': /^bectl create: option '-e' needs a value\n/,
  create: /^bectl create: wrong number of arguments\n/,
  'create a b': /wrong number of arguments/,
  'activate -tT main': /^Usage:/,
  activate: /^bectl activate: wrong number of arguments\n/,
  'destroy -x main': /unknown option '-x'/,
  destroy: /wrong number of arguments/,
  'rename main': /^bectl rename: missing argument\n/,
  'rename a b c': /too many arguments/,
  mount: /missing argument/,
  'mount a b c': /too many arguments/,
  'umount -x main': /^bectl umount: unknown option '-x'\n/,
  unmount: /^bectl unmount: wrong number of arguments\n/,
  jail: /missing boot environment name/,
  'check now': /wrong number of arguments/,
};

test('ends with status 64 and the usage for invalid arguments, and changes nothing', async () => {
  await withPool('bectl', async ({ fs, run, names }) => {
    const before = await beHookOk('history', '--filesystem', fs.top);
    for (const [line, words] of Object.entries(misuses)) {
      const ended = await run(...line.split(' ').filter((word) => word !== ''));
      assert.equal([ended.status, ended.stdout], [64, ''], line);
      assert.match(ended.stderr, words, line);
    }
    assert.equal(await names(), ['default', 'main']);
    assert.is(await beHookOk('history', '--filesystem', fs.top), before);
    const help = await run('-h');
    assert.equal([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /^Usage:\tbectl /);
  });
});

test('prints nothing for check, and ends with 255 on another file system', async () => {
  await withPool('bectl', async ({ run }) => {
    assert.equal(await run('check'), { status: 0, stdout: '', stderr: '' });
  });
  assert.equal(await runAs('bectl', '-r', '/proc', 'check'), { status: 255, stdout: '', stderr: '' });
  const list = await runAs('bectl', '-r', '/proc', 'list');
  assert.equal([list.status, list.stdout], [255, '']);
  assert.match(list.stderr, /^bectl: \/proc is proc, not btrfs; /);
});

test.run();
