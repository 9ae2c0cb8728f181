import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Disk, makeDisk } from '../disk/make.ts';
import { editFile } from '../disk/menu-edit.ts';
import { withMountedTop } from '../disk/mount.ts';
import { beHookOk, type MenuEntry, menuOf } from '../program.ts';
import { buildBeHook, buildPackage, makeTop } from '../rpm/build.ts';
import { bootedFacts, type Facts, nativeFacts } from './facts.ts';
import { addInitramfsId } from './initramfs-id.ts';
import { buildBasePackage, buildKernelPackage, writeFedoraPlugins } from './kernel-packages.ts';
import { type GuestKernels, kernels } from './kernels.ts';
import { runInTree } from './root.ts';
import { type Start, startOf } from './start.ts';
import { tool } from './tool.ts';

/** A machine for changes of packages. It is off between its runs. */
export interface UpgradeMachine {
  readonly disk: Disk;
  readonly kernels: GuestKernels;
  /**
   * Runs a job, which may use {@link upgradeFunctions}, natively in the environment that GRUB or a start boots. Its
   * changes stay. The fact `kernel` is the release that GRUB started.
   */
  readonly run: (script: string, chosen?: Start) => Promise<Facts>;
  /**
   * Boots the default of GRUB until systemd has started, and runs a job there. The fact `kernel` is the running
   * release.
   */
  readonly boot: (script: string) => Promise<Facts>;
  /**
   * Boots a start until systemd has started, runs a job, and shuts down service by service. Returns the output of the
   * console.
   */
  readonly shutDown: (script: string, start: Start) => Promise<string>;
  /** The menu, compared with `BE RELEASE` of each entry. */
  readonly menu: (expected: readonly string[]) => Promise<readonly MenuEntry[]>;
  /** What boots when an administrator selects the entry `BE RELEASE` in the menu. */
  readonly choose: (entry: string) => Promise<Start>;
}

/**
 * Shell functions for its jobs. `look` reports the state of the system, as seen from inside. `keep NAME` keeps the root
 * and its database as snapshots. `change NAME COMMAND…` runs a package manager and reports the messages of be-hook in
 * it, its exit status, and the number of restore points.
 */
export const upgradeFunctions = `
look() {
  ls /usr/share/app | fact app
  cat /var/lib/db/format /var/lib/db/rows | fact database
  for place in / /var/lib/db /home; do findmnt -n -o FSROOT $place; done | fact mounted
}
keep() {
  mkdir -p /run/top
  mount -o subvolid=5 "$(findmnt -n -o SOURCE / | sed 's/\\[.*//')" /run/top
  for volume in @one @db; do btrfs -q subvolume snapshot -r /run/top/$volume /run/top/$volume-$1; done
  umount /run/top
}
points() { btrfs subvolume list / | grep -c -e '-before-[^/]*/root$'; }
change() {
  name=$1
  shift
  "$@" >/run/changed 2>&1
  status=$?
  { grep -o 'be-hook: .*' /run/changed; echo "status $status, $(points) restore points"; } | fact "$name"
}
`;

/** The kernel that booted, and the report of `look`: files of app, database, and mounts. */
export const seen = (facts: Facts): readonly string[] => ['kernel', 'app', 'database', 'mounted'].map(facts);

/**
 * Makes one for `body`. Environment `one` has the oldest kernel, be-hook, the plugin of a package manager, a database
 * on a cloned volume, and a shared /home. The repository has version 2 of app, which converts the database, the newest
 * kernel, and the oldest one, whose package has the reporting initramfs. Packages one and two are in /srv/packages.
 */
export async function withUpgradeMachine(
  plugin: 'dnf4' | 'dnf5',
  body: (machine: UpgradeMachine) => Promise<void>,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-guest-upgrade-'));
  const all = await kernels();
  const disk = await makeDisk({ grub: '2.14', environments: [{ name: 'one', content: 'full', kernels: [all[0]] }] });
  try {
    await withMountedTop(disk.image, async (top) => {
      const root = join(top, '@one');
      await furnish(top, disk.uuid);
      await bringPackages(root, work, all, plugin);
      await installPackages(root);
      await beHookOk('adopt', '@one', '--filesystem', top);
    });
    await body({
      disk,
      kernels: all,
      run: (script, chosen) => run(disk, script, chosen),
      boot: (script) => bootAndRun(disk, script),
      shutDown: (script, start) => shutDown(disk, script, start),
      menu: (expected) => expectMenu(disk, expected),
      choose: (entry) => choose(disk, entry),
    });
  } finally {
    await disk.remove();
    await rm(work, { recursive: true, force: true });
  }
}

const convert =
  '[ "$(cat /var/lib/db/format)" = 1 ] && echo 2 >/var/lib/db/format && echo converted >>/var/lib/db/rows';

/**
 * Gives the environment its volumes, its repository and the hook that converts the database. Its path unit is masked,
 * because it would hide idle hooks.
 */
async function furnish(top: string, uuid: string): Promise<void> {
  const root = join(top, '@one');
  for (const path of ['@home', '@db']) await tool('btrfs', ['subvolume', 'create', join(top, path)]);
  await writeFile(join(top, '@db/format'), '1\n');
  await writeFile(join(top, '@db/rows'), 'a row\n');
  for (const path of ['var/lib/db', 'srv/packages', 'srv/repo', 'etc/yum.repos.d', 'etc/be-hook/post-upgrade.d']) {
    await mkdir(join(root, path), { recursive: true });
  }
  const line = (place: string, path: string) => `UUID=${uuid} ${place} btrfs subvol=/${path} 0 0\n`;
  await editFile(join(root, 'etc/fstab'), (text) => text + line('/home', '@home') + line('/var/lib/db', '@db'));
  await writeFile(
    join(root, 'etc/yum.repos.d/local.repo'),
    '[local]\nname=local\nbaseurl=file:///srv/repo\ngpgcheck=0\n',
  );
  await writeFile(join(root, 'etc/be-hook/post-upgrade.d/db'), `#!/bin/sh\n${convert}\n`, { mode: 0o755 });
  await symlink('/dev/null', join(root, 'etc/systemd/system/be-hook.path'));
  const plugins = join(root, 'etc/kernel/install.d');
  await writeFedoraPlugins(plugins);
  for (const name of await readdir(plugins)) await chmod(join(plugins, name), 0o755);
}

async function bringPackages(
  root: string,
  work: string,
  [oldest, , newest]: GuestKernels,
  plugin: 'dnf4' | 'dnf5',
): Promise<void> {
  const top = join(work, 'top');
  await makeTop(top);
  const { binary, plugins } = await buildBeHook(join(work, 'out'));
  const reports = join(work, 'reports.img');
  await addInitramfsId(oldest.tinyInitramfs, 'brought again', reports);
  const app = { name: 'app', version: '1', files: ['/usr/share/app/version'] };
  const recorded = { kernel: oldest, initramfs: oldest.initramfs, style: 'fedora', recorded: true } as const;
  const packages = {
    'packages/be-hook.rpm': binary,
    'packages/plugin.rpm': plugins[plugin],
    'packages/base.rpm': await buildBasePackage(top),
    'packages/app.rpm': await buildPackage(top, app),
    'packages/one.rpm': await buildPackage(top, { name: 'one', version: '1', files: ['/opt/one'] }),
    'packages/two.rpm': await buildPackage(top, { name: 'two', version: '1', files: ['/opt/two'] }),
    'packages/recorded.rpm': await buildKernelPackage(top, recorded),
    'repo/app.rpm': await buildPackage(top, { ...app, version: '2', files: [...app.files, '/usr/share/app/two'] }),
    'repo/newest.rpm': await buildKernelPackage(top, { kernel: newest, initramfs: newest.initramfs, style: 'fedora' }),
  };
  for (const [name, path] of Object.entries(packages)) await copyFile(path, join(root, 'srv', name));
  const again = await buildKernelPackage(top, { kernel: oldest, initramfs: reports, style: 'fedora' });
  await copyFile(again, join(root, 'srv/repo/oldest.rpm'));
  await tool('createrepo_c', ['-q', join(root, 'srv/repo')]);
}

/**
 * Its kernel came with the disk, so the package is only entered into the database. rpm's unshare plugin needs a root
 * that is a mount, and otherwise fails scriptlets.
 */
async function installPackages(root: string): Promise<void> {
  const rpm = (name: string, ...options: string[]) =>
    runInTree(root, ['rpm', '-i', '--noplugins', ...options, `/srv/packages/${name}.rpm`]);
  await rpm('base', '--justdb');
  await rpm('recorded', '--justdb', '--noscripts', '--notriggers');
  await rpm('app');
  await rpm('be-hook');
  await rpm('plugin', '--nodeps');
  await runInTree(root, ['systemctl', 'enable', 'be-hook.service', 'be-hook-drift.service']);
}

async function run(disk: Disk, script: string, chosen?: Start): Promise<Facts> {
  const { start, facts } = await nativeFacts(disk, upgradeFunctions + script, chosen);
  const release = start.image.replace(/^.*\/vmlinuz-/, '');
  return (name) => (name === 'kernel' ? release : facts(name));
}

async function bootAndRun(disk: Disk, script: string): Promise<Facts> {
  const { facts, report } = await bootedFacts(disk, { script: upgradeFunctions + script });
  assert.ok(report !== undefined);
  return (name) => (name === 'kernel' ? report.release : facts(name));
}

/** The report at shutdown has limits that are too short for an emulated processor while other tests run. */
async function shutDown(disk: Disk, script: string, start: Start): Promise<string> {
  await withMountedTop(disk.image, async (top) => {
    const longer = (path: string, from: string, to: string): Promise<void> =>
      editFile(join(top, '@one/usr/lib', path), (text) => text.replace(from, to));
    await longer('be-hook/tell-drift', '--kill-after=5 15', '--kill-after=5 150');
    await longer('systemd/system/be-hook-drift.service', 'TimeoutStopSec=30', 'TimeoutStopSec=200');
  });
  const job = { script: upgradeFunctions + script, orderly: true };
  return (await bootedFacts(disk, job, start)).serial;
}

/** Restore points are distinguished by their contents, because their names end with a time. */
const nameOf = ({ be, release }: MenuEntry): string => `${be.replace(/-before-[0-9-]+$/, '-before')} ${release}`;

async function entriesOf({ image }: Disk): Promise<readonly MenuEntry[]> {
  return (await withMountedTop(image, menuOf)).entries;
}

async function expectMenu(disk: Disk, expected: readonly string[]): Promise<readonly MenuEntry[]> {
  const entries = await entriesOf(disk);
  assert.equal(entries.map(nameOf), expected);
  return entries;
}

async function choose(disk: Disk, wanted: string): Promise<Start> {
  const entry = (await entriesOf(disk)).find((candidate) => nameOf(candidate) === wanted);
  assert.ok(entry !== undefined, `the menu offers ${wanted}`);
  return startOf(disk, entry);
}
