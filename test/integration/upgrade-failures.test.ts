import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf, type Ran } from '../support/program.ts';
import { changesSince, keepState } from '../support/root-changes.ts';
import type { TestPackage } from '../support/rpm/build.ts';
import { eventually } from '../support/running-upgrade.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const test = suite('an upgrade that fails');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string, more: Partial<TestPackage> = {}): TestPackage => {
  return { name: 'app', version, files: ['/usr/share/app/version'], ...more };
};

/** The output of `be-hook diagnose --json`. */
interface Diagnosis {
  readonly state: string | null;
  readonly stage: string;
  readonly working: boolean;
  readonly findings: readonly { readonly kind: string; readonly mistake: boolean; readonly message: string }[];
  readonly log: { readonly text: string };
}

async function diagnosis({ fs }: PackageSystem, name: string): Promise<Diagnosis> {
  return JSON.parse(await beHookOk('diagnose', name, '--json', '--filesystem', fs.top)) as Diagnosis;
}

/** The menu, the flags and all files in /boot of the system that is upgraded. `changesSince` compares its other files. */
async function stateOf({ fs, root }: PackageSystem): Promise<readonly string[]> {
  const menu = await readFile(join(root, 'boot/grub/be-hook.cfg'), 'utf8');
  const flags = (await listOf(fs.top))
    .filter(({ name }) => name === 'be1')
    .map((listed) => JSON.stringify(listed.flags));
  return [menu, ...flags, ...(await snapshotTree(join(root, 'boot')))];
}

/** Runs an upgrade that must fail and leave everything unchanged except for the copy `name`. */
async function expectFailure(system: PackageSystem, name: string, ...words: readonly string[]): Promise<Diagnosis> {
  const { fs } = system;
  const before = await stateOf(system);
  await keepState(fs, 'before');
  const [verb = '', ...rest] = words;
  const ran = await beHook(verb, '--filesystem', fs.top, ...rest);
  assert.is(ran.status, 79, ran.stderr);
  assert.match(
    ran.stderr,
    new RegExp(`^be-hook: the upgrade in “${name}” failed: .*; see: be-hook diagnose ${name}`, 'm'),
  );
  assert.equal(await stateOf(system), before, 'the source and its menu are as they were');
  assert.equal(await changesSince(fs, 'before'), [], 'the source is what it was');
  await tool('btrfs', ['-q', 'subvolume', 'delete', join(fs.top, 'before')]);
  const activated = await beHook('activate', name, '--filesystem', fs.top);
  assert.is(activated.status, 65, activated.stderr);
  const found = await diagnosis(system, name);
  assert.is(found.state, 'failed');
  return found;
}

async function destroy({ fs }: PackageSystem, name: string): Promise<void> {
  await beHookOk('destroy', '-F', name, '--filesystem', fs.top);
  assert.not((await listOf(fs.top)).some((listed) => listed.name === name));
}

test('reports the failed scriptlet and its status, whatever the manager reports', async () => {
  await withPackageSystem([app('1')], async (system) => {
    for (const scriptlet of ['pre', 'post', 'posttrans']) {
      await system.offer([app('2', { scriptlets: `%${scriptlet}\necho 'I am ${scriptlet}'\nexit 7` })]);
      const found = await expectFailure(system, 'be1-2', 'upgrade');
      const messages = found.findings.filter(({ mistake }) => mistake).map(({ message }) => message);
      assert.ok(
        messages.some((text) => new RegExp(`^%${scriptlet}\\w* of app\\S* failed with status 7$`).test(text)),
        JSON.stringify([messages, found.log.text]),
      );
      assert.match(found.log.text, `I am ${scriptlet}`);
      await destroy(system, 'be1-2');
    }
    await system.offer([app('2', { scriptlets: '%post\nexit 7' })]);
    const tolerated = await beHook('upgrade', '--tolerate-scriptlets', '--filesystem', system.fs.top);
    assert.is(tolerated.status, 0, tolerated.stderr);
    assert.match(tolerated.stderr, 'warning: %post');
  });
});

/** It fills the disk, and then prints more than the space that is left in small gaps. */
const fills = `%post
head -c 8G /dev/urandom >/usr/share/app/large
seq -f 'told on a full disk: %06g' 5000`;

test('keeps the messages that follow on a disk that is full', async () => {
  await withPackageSystem([app('1')], async (system) => {
    // The data must be incompressible: otherwise it would need no space.
    await system.fs.remount('compress-force=zstd');
    const { bavail, bsize } = await statfs(system.fs.top);
    await tool('fallocate', ['-l', String(bavail * bsize - 200 * 1024 * 1024), join(system.fs.top, 'filler')]);
    await system.offer([app('2', { scriptlets: fills })]);

    const found = await expectFailure(system, 'be1-2', 'upgrade');

    assert.match(found.log.text, /No space left on device/);
    assert.match(found.log.text, 'told on a full disk: 005000');
    await destroy(system, 'be1-2');
    // The kernel frees the space of a deleted subvolume some commits later.
    await eventually(async () => {
      await tool('btrfs', ['filesystem', 'sync', system.fs.top]);
      const { bavail, bsize } = await statfs(system.fs.top);
      return bavail * bsize > 100 * 1024 * 1024;
    }, 'the space of the deleted copy is free');
    await system.offer([app('2')]);
    await beHookOk('upgrade', '--filesystem', system.fs.top);
  });
});

test('copies nothing if packages are missing or there is nothing to do', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, root } = system;
    const refused = async (): Promise<Ran> => {
      const ran = await beHook('upgrade', '--filesystem', fs.top);
      assert.equal(
        (await listOf(fs.top)).map(({ name }) => name),
        ['be1'],
      );
      return ran;
    };
    const taken = await beHook('upgrade', '--name', 'be1', '--filesystem', fs.top);
    assert.is(taken.status, 2, taken.stderr);
    const definition = join(root, 'etc/yum.repos.d/local.repo');
    await tool('sed', ['-i', 's,/srv/repo,/srv/gone,', definition]);
    const ignored = await refused();
    assert.match(ignored.stderr, 'cannot reach a repository', 'Debian lets dnf5 go on without it');
    await tool('sed', ['-i', '$askip_if_unavailable=0', definition]);
    const unreachable = await refused();
    assert.is(unreachable.status, 74);
    assert.match(unreachable.stderr, '/srv/gone/repodata/repomd.xml');
    await tool('sed', ['-i', 's,/srv/gone,/srv/repo,', definition]);
    const idle = await refused();
    assert.equal([idle.status, idle.stderr], [0, 'There was nothing to upgrade; be-hook deleted the copy.\n']);

    await system.offer([app('2', { head: 'Requires: what-no-package-has' })]);
    const conflict = await beHook('upgrade', '--filesystem', fs.top, '--', 'install', 'app-2');
    assert.is(conflict.status, 74, conflict.stderr);
    assert.match(conflict.stderr, /what-no-package-has/);
  });
});

test('is also detected after a command other than a package manager', async () => {
  await withPackageSystem([app('1')], async (system) => {
    await system.offer([app('2')]);
    const rpm = ['rpm', '--install', '--force', '--nodeps', '/srv/repo/app-2-1.noarch.rpm'];
    const twice = await expectFailure(system, 'be1-2', 'run', ...rpm);
    assert.equal(
      twice.findings.map(({ message }) => message),
      ['app is installed more than once: 1-1, 2-1'],
    );
    await destroy(system, 'be1-2');

    const status = await expectFailure(system, 'be1-2', 'run', 'sh', '-c', 'echo why; exit 3');
    assert.equal(
      status.findings.map(({ message }) => message),
      ['the command ended with status 3'],
    );
    assert.is(status.log.text, 'why\n');
    await destroy(system, 'be1-2');

    const destructive = 'rm -r /boot "$(rpm --eval "%{_dbpath}")"';
    const gone = await expectFailure(system, 'be1-2', 'run', 'sh', '-c', destructive);
    const kinds = gone.findings.map(({ kind }) => kind);
    assert.equal(kinds, ['database', 'unbootable'], JSON.stringify(gone.findings));
  });
});

test.run();
