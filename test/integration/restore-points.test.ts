import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BubbleFile, Ended } from '../support/bubble.ts';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData } from '../support/program.ts';
import { buildPackage, makeTop } from '../support/rpm/build.ts';
import { projectFile } from '../support/rpm/project-file.ts';

const test = suite('restore points of package transactions');

/** The directory where the dnf of this machine looks for plugins. */
let plugins = '';
let work = '';

test.before(async () => {
  needTool('dnf', 'rpmbuild');
  plugins = await tool('/usr/bin/python3', [
    '-c',
    'import dnf, os; print(os.path.dirname(os.path.dirname(dnf.__file__)))',
  ]);
  work = await mkdtemp(join(tmpdir(), 'be-hook-restore-points-'));
  await makeTop(join(work, 'top'));
  for (const name of ['one', 'two']) {
    const path = await buildPackage(join(work, 'top'), { name, version: '1', files: [`/opt/${name}`] });
    await tool('cp', [path, join(work, `${name}.rpm`)]);
  }
});

test.after(() => rm(work, { recursive: true, force: true }));

const exec = (path: string): BubbleFile => ({ text: projectFile(path), mode: 0o755 });

/** A machine with the packages and the real plugin of dnf4. */
async function withDnf(
  body: (
    machine: HookMachine,
    dnf: (args: string, env?: Readonly<Record<string, string>>) => Promise<Ended>,
  ) => Promise<void>,
  more: Readonly<Record<string, BubbleFile>> = {},
): Promise<void> {
  await withHookMachine(async (machine) => {
    await mkdir(machine.path('packages'));
    for (const name of ['one', 'two']) await tool('cp', [join(work, `${name}.rpm`), machine.path('packages')]);
    const files = {
      [`${plugins}/dnf-plugins/be_hook.py`]: { text: projectFile('hooks/dnf4/be_hook.py') },
      ...more,
    };
    // No repositories and no network: only files are installed.
    const options = "-y --disablerepo='*' --releasever=1 --setopt=reposdir=/none";
    await body(machine, (args, env = {}) => machine.sh(`/usr/bin/dnf ${options} ${args}`, { files, env }));
  });
}

interface Listed {
  readonly name: string;
  readonly description: string | null;
}

const points = async (machine: HookMachine): Promise<readonly Listed[]> => {
  const { environments } = (await machine.json('list', '--quick')) as { environments: readonly Listed[] };
  return environments.filter(({ name }) => name.includes('-before-'));
};
const menuOf = async (machine: HookMachine): Promise<MenuData> => (await machine.json('menu')) as MenuData;
const installed = async (machine: HookMachine, name: string): Promise<boolean> =>
  (await machine.read(`opt/${name}`)) !== '';

test('are made by the real dnf4 before each transaction, and the menu boots them', async () => {
  await withDnf(async (machine, dnf) => {
    const first = await dnf('install /packages/one.rpm');
    assert.is(first.status, 0, first.stdout + first.stderr);
    assert.ok(await installed(machine, 'one'));

    const [point, ...others] = await points(machine);
    assert.equal(others, []);
    assert.match(point?.name ?? '', /^be1-before-[0-9]{8}-[0-9]{4}$/);
    assert.match(point?.description ?? '', /^before: dnf .* install \/packages\/one\.rpm$/);
    assert.is(
      await machine.read('opt/one', `be-hook/${point?.name ?? ''}/root`),
      '',
      'the restore point lacks the package',
    );
    assert.match(
      await machine.read('etc/fstab', `be-hook/${point?.name ?? ''}/root`),
      `subvol=/be-hook/${point?.name ?? ''}/root`,
    );
    const offered = ['be1 6.1.0-2', 'be1 6.1.0-1', `${point?.name} 6.1.0-2`, `${point?.name} 6.1.0-1`, 'be2 6.1.0-1'];
    const { entries } = await menuOf(machine);
    assert.equal(
      entries.map(({ be, release }) => `${be} ${release}`),
      offered,
    );

    const second = await dnf('install /packages/two.rpm');
    assert.is(second.status, 0, second.stdout + second.stderr);
    assert.is((await points(machine)).length, 2);

    const back = await machine.run(['be-hook', 'rollback']);
    assert.is(back.status, 0, back.stderr);
    const youngest = (await menuOf(machine)).entries.find((entry) => entry.default)?.be ?? '';
    assert.match(youngest, /^be1-before-/);
    assert.is(await machine.read('opt/one', `be-hook/${youngest}/root`), 'one\n');
    assert.is(await machine.read('opt/two', `be-hook/${youngest}/root`), '');
  });
});

test('are not made for a download, a test, another root or an entered environment', async () => {
  await withDnf(async (machine, dnf) => {
    const calls = [
      'install --downloadonly /packages/one.rpm',
      'install --setopt=tsflags=test /packages/one.rpm',
      'install --installroot=/other /packages/one.rpm',
      'install /packages/none.rpm',
    ];
    for (const args of calls) {
      const ended = await dnf(args);
      assert.not.match(ended.stdout + ended.stderr, 'be-hook');
      assert.equal(await points(machine), [], args);
    }
    assert.ok(await installed(machine, '../other/opt/one'));
    const entered = await dnf('install /packages/one.rpm', { BE_HOOK_ENVIRONMENT: 'x' });
    assert.is(entered.status, 0, entered.stderr);
    assert.equal(await points(machine), []);
  });
});

const policies: readonly (readonly [string, string, RegExp | undefined])[] = [
  [
    'refuse',
    'package-transactions = refuse',
    /^Error: be-hook: refusing the transaction: .*; change .*be-hook upgrade$/m,
  ],
  ['an invalid value', 'keep-automatic = some', undefined],
  ['ignore', 'package-transactions = ignore', undefined],
  ['warn', 'package-transactions = warn', undefined],
];

for (const [title, setting, message] of policies) {
  const outcome = message === undefined ? 'lets dnf4 continue' : 'ends the transaction of dnf4';
  test(`be-hook.conf with ${title} ${outcome}`, async () => {
    await withDnf(async (machine, dnf) => {
      await machine.write('etc/be-hook/be-hook.conf', `${setting}\n`);
      const ended = await dnf('install /packages/one.rpm');
      assert.is(ended.status, message === undefined ? 0 : 1, ended.stdout + ended.stderr);
      assert.is(await installed(machine, 'one'), message === undefined);
      if (message !== undefined) assert.match(ended.stdout + ended.stderr, message);
    });
  });
}

const settings: readonly (readonly [string, boolean])[] = [
  ['', false],
  ['package-transactions = warn', false],
  ['package-transactions = require\npackage-transactions = perhaps', true],
  ['package-transactions = restore-point', true],
  ['package-transactions = require\npackage-transactions = warn', false],
];

for (const [setting, ends] of settings) {
  const described = setting === '' ? 'no setting' : `“${setting.replace('\n', ', ')}”`;
  const outcome = ends ? 'ends the transaction' : 'warns, and the transaction continues';
  test(`without a restore point, ${described} ${outcome}`, async () => {
    await withDnf(async (machine, dnf) => {
      await machine.write('etc/be-hook/be-hook.conf', `${setting}\n`);
      // be-hook cannot copy anything, because a file has the name of the store.
      await rename(machine.path('../be-hook'), machine.path('../aside'));
      await machine.write('../be-hook', 'a file');
      const ended = await dnf('install /packages/one.rpm');
      assert.is(ended.status, ends ? 1 : 0, ended.stdout + ended.stderr);
      assert.is(await installed(machine, 'one'), !ends);
      const messages = (ended.stdout + ended.stderr).match(/^.*cannot make a restore point.*$/gm) ?? [];
      assert.is(messages.length, 1, ended.stdout + ended.stderr);
      assert.match(messages[0] ?? '', ends ? /^Error: be-hook: / : /^be-hook: .*; the transaction goes on /);
    });
  });
}

test('are required or only warned about if their program cannot run', async () => {
  const invalidProgram = { '/usr/lib/be-hook/package-transaction': { text: '\x7fno program\n', mode: 0o755 } };
  await withDnf(async (machine, dnf) => {
    const warned = await dnf('install /packages/one.rpm');
    assert.is(warned.status, 0, warned.stdout + warned.stderr);
    assert.match(warned.stdout + warned.stderr, /^be-hook: cannot make a restore point: .*; the transaction goes on/m);
    assert.ok(await installed(machine, 'one'));
    await machine.write('etc/be-hook/be-hook.conf', 'package-transactions = require\n');
    const ended = await dnf('install /packages/two.rpm');
    assert.is(ended.status, 1, ended.stdout + ended.stderr);
    assert.match(ended.stdout + ended.stderr, /^Error: be-hook: cannot make a restore point: /m);
    assert.not(await installed(machine, 'two'));
  }, invalidProgram);
});

test('are made once for two hooks of a transaction; each manager gets its own reply', async () => {
  await withDnf(async (machine) => {
    const twice = 'for manager in dnf5 zypp; do /usr/lib/be-hook/package-transaction $manager $$ || exit; done';
    const ended = await machine.sh(twice);
    assert.equal([ended.status, ended.stdout, ended.stderr], [0, '', '']);
    assert.is((await points(machine)).length, 1);

    await machine.write('etc/be-hook/be-hook.conf', 'package-transactions = refuse\n');
    const refused = await machine.sh('/usr/lib/be-hook/package-transaction dnf5 $$');
    assert.is(refused.status, 78);
    assert.match(refused.stdout, /^error=be-hook: [^\n]*be-hook upgrade\n$/);
    assert.is(refused.stderr, '');
    const dnf4 = await machine.sh('/usr/lib/be-hook/package-transaction dnf4 $$');
    assert.equal([dnf4.stdout, dnf4.stderr], ['', refused.stdout.replace('error=', '')]);

    const hook = '/usr/lib/be-hook/package-transaction dnf5 $$';
    const withoutNode = await machine.sh(hook, { without: ['/usr/bin/node'] });
    assert.is(withoutNode.status, 69);
    const reason = 'be-hook: cannot make a restore point: Node\\.js 20\\.19 or newer is missing [^\\n]*';
    assert.match(withoutNode.stdout, new RegExp(`^error=${reason}\\n$`));
    await machine.write('etc/be-hook/be-hook.conf', '');
    const warned = await machine.sh(hook, { without: ['/usr/bin/node'] });
    assert.equal([warned.status, warned.stdout], [0, '']);
    assert.match(warned.stderr, new RegExp(`^${reason}; the transaction goes on [^\\n]*\\n$`));
  });
});

test('are made when libzypp begins a commit; each of its frames gets a reply', async () => {
  await withDnf(async (machine) => {
    const files = {
      '/usr/lib/zypp/plugins/commit/be-hook': exec('hooks/zypp/be-hook'),
    };
    const frames = ['PLUGINBEGIN', 'COMMITBEGIN', 'COMMITEND', 'PLUGINEND'];
    const input = frames.map((name) => `${name}\\n\\n{}\\0`).join('\\n');
    const ended = await machine.sh(`printf '${input}' | /usr/lib/zypp/plugins/commit/be-hook`, { files });
    assert.equal([ended.status, ended.stdout, ended.stderr], [0, 'ACK\n\n\0'.repeat(4), '']);
    assert.is((await points(machine)).length, 1);
  });
});

test('are made manually by be-hook create --automatic', async () => {
  await withHookMachine(async (machine) => {
    for (let count = 0; count < 2; count += 1) {
      const ended = await machine.run(['be-hook', 'create', '--automatic', '-d', 'by me']);
      assert.is(ended.status, 0, ended.stderr);
    }
    assert.equal(
      (await points(machine)).map(({ description }) => description),
      ['by me', 'by me'],
    );
    assert.is((await machine.run(['be-hook', 'create', '--automatic', '-a'])).status, 64);
  });
});

test('need one line of five fields for dnf5, as in libdnf5-actions(8)', () => {
  const lines = projectFile('hooks/dnf5/be-hook.actions')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(
    lines.map((line) => line.split(':')),
    [
      [
        'pre_transaction',
        '',
        '',
        'enabled=host-only raise_error=1',
        '/usr/lib/be-hook/package-transaction dnf5 ${pid}',
      ],
    ],
  );
});

test.run();
