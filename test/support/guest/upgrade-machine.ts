import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Disk, makeDisk } from '../disk/make.ts';
import { chooseEntry, editFile } from '../disk/menu-edit.ts';
import { withMountedTop } from '../disk/mount.ts';
import { beHookOk, type MenuEntry, menuOf } from '../program.ts';
import { buildBeHook, buildPackage, makeTop } from '../rpm/build.ts';
import { factFunctions, parseFacts } from './facts.ts';
import { addInitramfsId } from './initramfs-id.ts';
import { type Job, runInGuest } from './job.ts';
import { buildBasePackage, buildKernelPackage, writeFedoraPlugins } from './kernel-packages.ts';
import { type GuestKernels, kernels } from './kernels.ts';
import { boot } from './qemu.ts';
import type { BootReport } from './report.ts';
import { runInTree } from './root.ts';
import { tool } from './tool.ts';

/** The value of a fact that a job told, by its name; `console` is all that the console showed. */
export type Facts = (name: string) => string;

/** A machine whose packages are to be changed, off between its runs. */
export interface UpgradeMachine {
  readonly disk: Disk;
  readonly kernels: GuestKernels;
  /** Boots it and runs a script there that may use {@link upgradeFunctions}; what that writes stays. */
  readonly run: (script: string) => Promise<Facts>;
  /** The same, and shuts it down service by service, rather than at once. */
  readonly shutDown: (script: string) => Promise<Facts>;
  /** Boots it where that ends with the initramfs that only reports. */
  readonly report: () => Promise<BootReport>;
  /** The menu, after it was held against `BE RELEASE` of each entry, and every file that it names was found. */
  readonly menu: (expected: readonly string[]) => Promise<readonly MenuEntry[]>;
  /** Makes the next run boot an environment with a kernel, as somebody does who chooses it in the menu. */
  readonly choose: (entry: string) => Promise<void>;
}

/**
 * Shell functions for its jobs. `look` tells what the system is, as seen from inside of it; `keep NAME` keeps what it and its
 * database are as snapshots; `change NAME COMMAND…` runs a package manager and tells what be-hook said in it, how it ended, and
 * how many restore points there are.
 */
export const upgradeFunctions = `${factFunctions}
look() {
  uname -r | fact kernel
  ls /usr/share/app | fact app
  cat /var/lib/db/format /var/lib/db/rows | fact database
  for place in / /var/lib/db /home; do findmnt -n -o FSROOT $place; done | fact mounted
  systemctl --failed --plain --no-legend | fact failed
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

/** What \`look\` told, but for failed units: kernel, files of app, database, and what is mounted. */
export const seen = (facts: Facts): readonly string[] => ['kernel', 'app', 'database', 'mounted'].map(facts);

/**
 * Makes one for \`body\`: environment \`one\` with the oldest kernel, be-hook, and the plugin of a package manager; a database on a
 * volume that is copied, a shared /home; version 2 of app, which converts the database, and the newest kernel in a repository,
 * with the oldest one, whose package brings the initramfs that reports; packages one and two in /srv/packages.
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
      run: (script) => run(disk, { script }),
      shutDown: (script) => run(disk, { script, orderly: true }),
      report: () => report(disk),
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

/** Gives the environment its volumes, its repository and what converts the database. Its path unit would hide idle hooks. */
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
 * Its kernel came with the disk: the package of that is only entered into the database. rpm's unshare plugin wants a root that
 * is a mount, and fails scriptlets where it is none.
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

async function run({ image }: Disk, job: Job): Promise<Facts> {
  const options = { firmware: 'uefi', snapshot: false, timeoutSeconds: 900 } as const;
  const { output, exitCode, serial } = await runInGuest(image, job, options);
  assert.is(exitCode, 0, output);
  const facts = parseFacts(output);
  assert.is(facts('failed'), '', 'no unit failed');
  return (name) => (name === 'console' ? serial : facts(name));
}

async function report({ image }: Disk): Promise<BootReport> {
  const booted = await boot(image, { firmware: 'uefi' });
  assert.ok(booted.report !== undefined, booted.serial);
  return booted.report;
}

/** Restore points are told apart by what they have: their names end with a time. */
const nameOf = ({ be, release }: MenuEntry): string => `${be.replace(/-before-[0-9-]+$/, '-before')} ${release}`;

async function expectMenu({ image }: Disk, expected: readonly string[]): Promise<readonly MenuEntry[]> {
  return withMountedTop(image, async (top) => {
    const { entries } = await menuOf(top);
    assert.equal(entries.map(nameOf), expected);
    for (const entry of entries) {
      for (const path of [entry.image, ...entry.initrds]) assert.ok((await stat(join(top, path))).size > 0, path);
    }
    return entries;
  });
}

async function choose({ image }: Disk, wanted: string): Promise<void> {
  await withMountedTop(image, async (top) => {
    const { entries } = await menuOf(top);
    const entry = entries.find((candidate) => nameOf(candidate) === wanted);
    assert.ok(entry !== undefined, `the menu offers ${wanted}`);
    await chooseEntry(join(top, '@one/boot/grub/be-hook.cfg'), entry.id);
  });
}
