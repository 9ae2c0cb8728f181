import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runAs, runAsOk, runOnTerminal } from '../support/dialect.ts';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { withDirectory, withPool } from '../support/pool.ts';
import { beHookOk, listOf, menuOf } from '../support/program.ts';
import { mountsHere } from '../support/seen-mounts.ts';

/* Checks beadm against illumos' beadm(8). The numbers are those of be_errno_t in libbe.h, as a shell sees them. */

const test = suite('beadm');

const status = {
  ...{ usage: 1, noEnvironment: 163, busy: 164, canceled: 165, exists: 173, invalid: 176, mountpoint: 178 },
  ...{ mounted: 180, notMounted: 185, unsupported: 190, snapshots: 198, noSnapshot: 199, unmountCurrent: 201 },
  ...{ destroyCurrent: 205, renameActive: 218 },
} as const;

test('reports the success of create and activate, and only of activate for create -a', async () => {
  await withPool('beadm', async ({ fs, ok, origins, check }) => {
    assert.is(await ok('create', '-e', 'default', '-d', 'a try', 'two'), 'Created successfully\n');
    assert.is(await ok('create', 'two@now'), 'Created successfully\n');
    assert.is(await ok('create', '-a', '-e', 'two@now', 'three'), 'Activated successfully\n');
    assert.equal(await origins(), { two: 'default', three: 'two@now' });
    assert.match((await menuOf(fs.top)).default ?? '', /^be-hook:three:/);
    assert.ok((await menuOf(fs.top)).entries.some(({ title }) => title.startsWith('two: a try')));
    assert.is(await ok('activate', 'main'), 'Activated successfully\n');
    assert.match((await menuOf(fs.top)).default ?? '', /^be-hook:main:/);
    await check();
  });
});

test('copies the active environment if create has no -e', async () => {
  await withPool('beadm', async ({ ok, origins }) => {
    await ok('create', 'copy');
    assert.equal(await origins(), { copy: 'main' });
  });
});

test('has a status for each error of create and activate', async () => {
  await withPool('beadm', async ({ run, ok, names }) => {
    await ok('create', '-e', 'default', 'two');
    await ok('create', 'two@now');
    const cases: readonly (readonly [words: string, code: number, said: RegExp])[] = [
      ['create two', status.exists, /^beadm: cannot use the name “two”: .*\nUnable to create two\.\n$/],
      ['create two@now', status.snapshots, /\nUnable to create snapshot now\.\n$/],
      ['create -e missing x', status.noEnvironment, /\nUnable to create x\.\n$/],
      ['create -e two@then x', status.noSnapshot, /\nUnable to create x\.\n$/],
      ['create a/b', status.invalid, /cannot use “a\/b” as the name of a boot environment/],
      ['create -t x', status.unsupported, /cannot boot an environment only once on this machine/],
      ['create -o compression=on x', status.unsupported, /^beadm: -o: /],
      ['create -p rpool2 x', status.unsupported, /^beadm: -p: /],
      ['activate -t two', status.unsupported, /\nUnable to activate two\.\n$/],
      ['activate missing', status.noEnvironment, /\nUnable to activate missing\.\n$/],
    ];
    for (const [words, code, said] of cases) {
      const ended = await run(...words.split(' '));
      assert.equal([ended.status, ended.stdout], [code, ''], words);
      assert.match(ended.stderr, said, words);
    }
    assert.equal(await names(), ['default', 'main', 'two']);
  });
});

test('asks on a terminal before it destroys; the answer “no” is not an error', async () => {
  await withPool('beadm', async ({ fs, ok, run, names }) => {
    await ok('create', '-e', 'default', 'two');
    const on = (...words: string[]): string[] => ['--filesystem', fs.top, ...words];
    for (const answer of ['n\n', '\n', 'perhaps\n']) {
      const ended = await runOnTerminal('beadm', on('destroy', 'two'), answer);
      assert.is(ended.status, 0, ended.stdout);
      assert.match(ended.stdout, 'Are you sure you want to destroy two?\nThis action cannot be undone (y/[n]): ');
      assert.match(ended.stdout, /two has not been destroyed\.\n$/);
    }
    const blind = await run('destroy', 'two');
    assert.is(blind.status, status.canceled);
    assert.match(blind.stderr, /use -F to destroy it without confirmation/);
    assert.equal(await names(), ['default', 'main', 'two']);
    const ended = await runOnTerminal('beadm', on('destroy', 'two'), 'y\n');
    assert.is(ended.status, 0);
    assert.match(ended.stdout, /Destroyed successfully\n$/);
    assert.is(await ok('destroy', '-F', 'default'), 'Destroyed successfully\n');
    assert.equal(await names(), ['main']);
  });
});

test('needs -s to destroy snapshots, -f for mounts, and never destroys the default', async () => {
  await withPool('beadm', async ({ fs, ok, run, names, check }) => {
    await ok('create', 'default@one');
    await ok('create', 'default@two');
    const kept = await run('destroy', '-F', 'default');
    assert.equal([kept.status, kept.stdout], [status.snapshots, '']);
    assert.match(kept.stderr, /^Unable to destroy default: it has snapshots\.\nUse 'beadm destroy -s default'\.\n$/);
    assert.is(await ok('destroy', '-F', 'default@one'), 'Destroyed successfully\n');
    assert.is((await run('destroy', '-F', 'default@one')).status, status.noSnapshot);
    assert.is((await run('destroy', '-F', 'missing')).status, status.noEnvironment);
    assert.is((await run('destroy', '-Fsf', 'main')).status, status.destroyCurrent);
    await withDirectory(async (path) => {
      await ok('mount', 'default', join(path, 'root'));
      const mounted = await run('destroy', '-Fs', 'default');
      assert.is(mounted.status, status.mounted);
      assert.match(mounted.stderr, /\nUnable to destroy default\.\n$/);
      // A process of another test may have a copy of the mount in its namespace for a moment.
      let forced = await run('destroy', '-Fsf', 'default');
      for (let attempt = 0; attempt < 20 && forced.status === status.mounted; attempt += 1) {
        await sleep(500);
        forced = await run('destroy', '-Fsf', 'default');
      }
      assert.equal(forced, { status: 0, stdout: 'Destroyed successfully\n', stderr: '' });
    });
    assert.equal(await names(), ['main']);
    assert.not.match(await tool('btrfs', ['subvolume', 'list', fs.top]), 'default');
    await check();
  });
});

test('lists a table, and seven fields with -H', async () => {
  await withPool('beadm', async ({ fs, ok, run }) => {
    await sleep(1100);
    await ok('create', '-e', 'default', 'another');
    await ok('create', 'another@now');
    const table = await ok('list');
    assert.is(table, await ok(), 'without a subcommand it lists');
    const rows = table.trimEnd().split('\n');
    assert.match(rows[0] ?? '', /^BE {6}Active Mountpoint Space Policy Created$/);
    for (const row of rows.slice(1))
      assert.match(row, /^\S+ +(R|-) {6}- {10}[\d.]+[KM]? +static \d{4}-\d\d-\d\d \d\d:\d\d$/);
    assert.is(rows.at(-1)?.split(' ')[0], 'another', 'the youngest comes last');

    const names = async (...words: string[]): Promise<string[]> =>
      (await ok('list', '-H', ...words))
        .trimEnd()
        .split('\n')
        .map((line) => line.split(';')[0] ?? '');
    assert.equal(await names('-k', 'name'), ['another', 'default', 'main']);
    assert.equal(await names('-K', 'name'), ['main', 'default', 'another']);
    assert.is((await names('-K', 'date'))[0], 'another');
    assert.is((await names('-k', 'space'))[0], 'another');
    const listed = await listOf(fs.top);
    const uuid = listed.find(({ name }) => name === 'main')?.subvolume.uuid;
    assert.match(await ok('list', '-H', 'main'), new RegExp(`^main;${uuid};R;;\\d+;static;\\d{10}\\n$`));
    assert.match(await ok('list', '-H', '-s'), /^another;another@now;\d+;static;\d{10}\n$/);
    assert.match(
      await ok('list', '-a', 'another'),
      /^another\n {3}be-hook\/another\/root - .*\n {3}another@now +- +- /m,
    );
    assert.is((await run('list', 'missing')).status, status.noEnvironment);
  });
});

test('prints where it mounts, and unmounts by name and by directory', async () => {
  await withPool('beadm', async ({ fs, ok, run }) => {
    await withDirectory(async (path) => {
      const at = join(path, 'root');
      assert.is(await ok('mount', 'default', at), `Mounted successfully on: '${at}'\n`);
      assert.is((await run('mount', 'default', join(path, 'other'))).status, status.mounted);
      assert.is(await ok('unmount', at), 'Unmounted successfully\n');
      assert.is(await ok('mount', 'default', at), `Mounted successfully on: '${at}'\n`);
      assert.is(await ok('umount', 'default'), 'Unmounted successfully\n');
      const gone = await run('umount', 'default');
      assert.is(gone.status, status.notMounted);
      assert.match(gone.stderr, /\nUnable to unmount default\.\n$/);
      await writeFile(join(at, 'file'), '');
      assert.is((await run('mount', 'default', at)).status, status.mountpoint);
      const relative = await run('mount', 'default', 'root');
      assert.equal([relative.status, relative.stdout], [status.usage, '']);
      assert.match(relative.stderr, 'must start with a /');
      assert.is((await run('mount', '-s', 'ro', 'default', at)).status, status.unsupported);
    });
    const said = /^Mounted successfully on: '(.*)'\n$/.exec(await ok('mount', 'default'))?.[1] ?? '';
    assert.ok(existsSync(join(said, 'etc/fstab')));
    await ok('unmount', '-f', 'default');
    assert.equal(await mountsHere(fs), []);
  });
});

test('renames environments, and rolls back to snapshots', async () => {
  await withPool('beadm', async ({ fs, ok, run, names, check }) => {
    assert.is(await ok('rename', 'default', 'two'), 'Renamed successfully\n');
    const taken = await run('rename', 'two', 'main');
    assert.is(taken.status, status.exists);
    assert.match(taken.stderr, /\nRename of BE two failed\.\n$/);
    await ok('create', '-e', 'two', 'three');
    const file = async (): Promise<string> => {
      const path = (await listOf(fs.top)).find(({ name }) => name === 'three')?.subvolume.path ?? '';
      return join(fs.top, path, 'etc/state');
    };
    await writeFile(await file(), 'before\n');
    await ok('create', 'three@kept');
    for (const words of [['three@kept'], ['three', 'kept'], ['three', 'three@kept']]) {
      await writeFile(await file(), 'after\n');
      assert.is(await ok('rollback', ...words), 'Rolled back successfully\n');
      assert.is(await readFile(await file(), 'utf8'), 'before\n', words.join(' '));
    }
    const none = await run('rollback', 'three', 'lost');
    assert.is(none.status, status.noSnapshot);
    assert.match(none.stderr, /\nRollback of BE three snapshot lost failed\.\n$/);
    assert.equal(await names(), ['main', 'three', 'two']);
    await check();
  });
});

test('keeps the UUID of an environment and the origin of its copies after rollbacks', async () => {
  await withPool('beadm', async ({ fs, ok, check }) => {
    const uuid = async (): Promise<string> => (await ok('list', '-H', 'default')).split(';')[1] ?? '';
    const origin = async (name: string): Promise<unknown> => {
      const data = JSON.parse(await beHookOk('list', '--json', '--quick', '--filesystem', fs.top)) as {
        environments: readonly { readonly name: string; readonly origin: string | null }[];
      };
      return data.environments.find((candidate) => candidate.name === name)?.origin;
    };
    const before = await uuid();
    await ok('create', 'default@kept');
    await ok('create', '-e', 'default', 'first');
    await ok('rollback', 'default@kept');
    await ok('create', '-e', 'default', 'second');
    await ok('rollback', 'default@kept');
    await ok('create', '-e', 'default', 'third');
    assert.is(await uuid(), before);
    for (const name of ['first', 'second', 'third']) assert.is(await origin(name), 'default', name);
    await ok('rename', 'default', 'renamed');
    for (const name of ['first', 'second', 'third']) assert.is(await origin(name), 'renamed', name);
    await check();
  });
});

test('lists environments of the same second in the order of their creation', async () => {
  await withPool('beadm', async ({ fs, ok }) => {
    const names = ['z', 'm', 'a', 'q', 'b', 'y'];
    for (const name of names) await ok('create', '-e', 'default', name);
    const created = (text: string): string[] => text.split('\n').filter((name) => names.includes(name));
    const first = (text: string): string => text.replaceAll(/[; \t].*$/gm, '');
    assert.equal(created(first(await ok('list', '-H'))), names);
    assert.equal(created(first(await ok('list'))), names);
    assert.equal(created(first(await ok('list', '-H', '-K', 'date'))), names.toReversed());
    const bectl = async (...words: string[]): Promise<string[]> =>
      created(first(await runAsOk('bectl', '-r', fs.top, 'list', '-H', ...words)));
    assert.equal(await bectl('-c', 'creation'), names);
    assert.equal(await bectl('-C', 'creation'), names.toReversed());
    const own = async (...words: string[]): Promise<string[]> =>
      created(first(await beHookOk('list', '--quick', '-H', ...words, '--filesystem', fs.top)));
    assert.equal(await own('--sort', 'created'), names);
    assert.equal(await own(), names.toReversed(), 'the youngest first');
  });
});

test('marks the running environment N, and does not rename, unmount or destroy it', async () => {
  await withHookMachine(async (machine) => {
    const script = `ln -s ../bin/be-hook /usr/sbin/beadm
flags() { beadm list -H -k name | cut -d';' -f1,3,4; }
flags; beadm activate be2; flags; beadm activate be1 >/dev/null; flags
beadm rename be1 now; echo "status $?"; beadm umount be1; echo "status $?"
beadm destroy -F be1; echo "status $?"; beadm rollback be1@x; echo "status $?"`;
    const { stdout } = await machine.sh(script);
    assert.equal(stdout.split('\n'), [
      ...['be1;NR;/', 'be2;;', 'Activated successfully', 'be1;N;/', 'be2;R;', 'be1;NR;/', 'be2;;'],
      ...['status 218', 'status 201', 'status 205', 'status 199', ''],
    ]);
  });
});

test('describes the new copy on standard error only with -v', async () => {
  await withPool('beadm', async ({ run }) => {
    const quiet = await run('create', '-e', 'default', 'two');
    assert.is(quiet.stderr, '');
    const verbose = await run('create', '-v', '-e', 'default', 'three');
    assert.equal([verbose.status, verbose.stdout], [0, 'Created successfully\n']);
    assert.match(verbose.stderr, '“three” is a copy of “default”');
  });
});

test('has a separate exit status for a file system without boot environments', async () => {
  await withBtrfs({ sizeMiB: 256 }, async (fs) => {
    const none = await runAs('beadm', '--filesystem', fs.top, 'list');
    assert.equal([none.status, none.stdout], [status.noEnvironment, '']);
    assert.match(none.stderr, /^beadm: this file system has no boot environment; /);
  });
});

const misuses: Readonly<Record<string, RegExp>> = {
  frobnicate: /^Invalid command: frobnicate\nusage:/,
  '--json list': /^beadm: unknown option '--json'/,
  'list -ad': /^Invalid options: -a and -d are mutually exclusive\.\nusage:/,
  'list -a -s': /-a and -s are mutually exclusive/,
  'list -k name -K date': /^Sort key can be specified only once\.\nusage:/,
  'list -k size': /^Unknown sort key: size\nusage:/,
  'list -x': /^usage:/,
  'list main default': /^Too many arguments/,
  create: /^usage:/,
  'create -a -t x': /^usage:/,
  'create two@': /^usage:/,
  'create -e main two@now': /^usage:/,
  'create -e main@ two': /^usage:/,
  'activate -tT main': /^usage:/,
  activate: /^usage:/,
  'destroy -F': /^usage:/,
  'destroy -F main@': /^usage:/,
  'mount -s': /^usage:/,
  'mount a b c': /^usage:/,
  'rename main': /^usage:/,
  'rollback main': /^usage:/,
  'unmount a b': /^usage:/,
};

test('ends with status 1 and the usage on standard error for invalid arguments', async () => {
  await withPool('beadm', async ({ fs, run, names }) => {
    for (const [line, words] of Object.entries(misuses)) {
      const ended = await runAs('beadm', ...(line.startsWith('-') ? [] : ['--filesystem', fs.top]), ...line.split(' '));
      assert.equal([ended.status, ended.stdout], [status.usage, ''], line);
      assert.match(ended.stderr, words, line);
    }
    assert.is((await run('destroy', '-F', 'main')).status, status.destroyCurrent);
    assert.equal(await names(), ['default', 'main']);
    assert.match(await beHookOk('history', '--filesystem', fs.top), /be-hook adopt|adopt @default/);
  });
});

test.run();
