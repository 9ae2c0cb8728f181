import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { layout } from '../support/disk/layout.ts';
import type { Disk } from '../support/disk/make.ts';
import { makeDisk } from '../support/disk/make.ts';
import { editFile } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { bootedFacts, type Facts, nativeFacts } from '../support/guest/facts.ts';
import { addInitramfsId } from '../support/guest/initramfs-id.ts';
import { buildKernelPackage, writeFedoraPlugins } from '../support/guest/kernel-packages.ts';
import type { GuestKernels } from '../support/guest/kernels.ts';
import { kernels } from '../support/guest/kernels.ts';
import { reportOf, type Start, startOf, whatBoots } from '../support/guest/start.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import type { ListedEnvironment, MenuEntry } from '../support/program.ts';
import { menuOf, programPath } from '../support/program.ts';
import { buildBeHook, makeTop } from '../support/rpm/build.ts';

const test = suite('boot environments on a running machine');

test.before(() =>
  needTool('qemu-system-x86_64', 'mmdebstrap', 'mformat', 'sgdisk', 'blkid', 'rpmbuild', 'scdoc', 'btrfstune'),
);

const rootOfTwo = 'be-hook/two/root';
const menuDirectories = { one: '@one/boot/grub', two: `${rootOfTwo}/boot/grub` } as const;

const packages = '/srv/packages';

/** The properties of an environment, as seen from inside. */
const look = `set -e
for place in / /var/lib/db /home; do findmnt -n -o FSROOT $place; done | fact mounted
fact id </etc/be-id
fact fstab </etc/fstab
fact cmdline </etc/kernel/cmdline
cat /var/lib/db/format /var/lib/db/rows | fact database
stat -c '%i' /opt/x | fact inode
ls /etc/only-two /opt/x /home 2>/dev/null | fact files
`;

const list = `
be-hook list --json | fact list
`;

/**
 * The path unit is masked, so the hooks have to work alone. The database has its old format, like its version in this
 * environment.
 */
const create = `${look}
mkdir -p /etc/kernel/install.d
install -m 0755 ${packages}/install.d/* /etc/kernel/install.d
ln -s /dev/null /etc/systemd/system/be-hook.path
rpm -i --nodeps ${packages}/be-hook.rpm
said set be-hook volume set /var/lib/db cloned
said create be-hook create -a -d 'to be upgraded' two
${list}`;

/**
 * An upgrade converts the database and installs a kernel. Then the script tries to delete environments that must stay.
 */
const upgrade = `${look}
said active be-hook destroy -F two
said loader be-hook destroy -F one
echo 2 >/var/lib/db/format
echo 'written by two' >>/var/lib/db/rows
echo two >/etc/only-two
echo two >/etc/be-id
echo two >/home/shared
echo two >/opt/x/from-two
rpm -i --nodeps ${packages}/kernel-core.rpm
${list}`;

const goBack = `${look}
said activate be-hook activate one
`;

/** Runs in a guest, because this machine cannot mount FAT. */
const bootOnce = `${look}
cat /dev/zero >/boot/efi/filler 2>/dev/null || :
said full be-hook activate -t two
said fullUpgrade be-hook upgrade --once
rm /boot/efi/filler
said once be-hook activate -t two
said next be-hook destroy -F two
${list}`;

const stay = `${look}
said running be-hook destroy -F two
${list}`;

const destroy = `${look}
said destroy be-hook destroy -F two
${list}`;

/**
 * One environment with two kernels, a subvolume inside of it, and two more that its fstab mounts, one of them by path
 * and id, as some installers write it.
 */
async function makeMachine([oldest, middle]: GuestKernels): Promise<Disk> {
  const environment = { name: 'one', content: 'full', kernels: [oldest, middle] } as const;
  const disk = await makeDisk({ grub: '2.14', environments: [environment] });
  await withMountedTop(disk.image, async (top) => {
    for (const path of ['@home', '@db', '@one/opt/x']) await tool('btrfs', ['subvolume', 'create', join(top, path)]);
    await writeFile(join(top, '@db/format'), '1\n');
    await writeFile(join(top, '@db/rows'), 'written by one\n');
    await writeFile(join(top, '@one/opt/x/inside'), 'inside\n');
    for (const path of ['boot/efi', 'var/lib/db', 'etc/kernel']) {
      await mkdir(join(top, '@one', path), { recursive: true });
    }
    const { uuid, spec } = disk;
    const id = (await tool('btrfs', ['inspect-internal', 'rootid', join(top, '@db')])).trim();
    const lines = [
      '# the rest',
      `UUID=${uuid}   /home btrfs subvol=/@home 0 0`,
      `UUID=${uuid}\t/var/lib/db\tbtrfs\tnoatime,subvolid=${id},subvol=/@db\t0 0`,
      `UUID=${await espUuid(disk)} /boot/efi vfat umask=0077 0 0\n`,
    ];
    await editFile(join(top, '@one/etc/fstab'), (text) => text + lines.join('\n'));
    const commandLine = `root=UUID=${uuid} ro rootflags=subvol=@one ${spec.kernelOptions}\n`;
    await writeFile(join(top, '@one/etc/kernel/cmdline'), commandLine);
  });
  return disk;
}

async function espUuid({ image }: Disk): Promise<string> {
  const where = ['-O', String(layout.esp), '-S', String(layout.espSize)];
  return (await tool('blkid', ['-p', ...where, '-o', 'value', '-s', 'UUID', image])).trim();
}

/**
 * Puts the packages of be-hook and of a kernel, and plugins of kernel-install, into the environment, so that its clone
 * has them.
 */
async function addPackages({ image }: Disk, [, , newest]: GuestKernels): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'be-hook-boot-environments-'));
  try {
    await makeTop(join(work, 'top'));
    const made = { kernel: newest, initramfs: newest.initramfs, style: 'fedora' } as const;
    const kernel = await buildKernelPackage(join(work, 'top'), made);
    const { binary } = await buildBeHook(join(work, 'out'));
    await withMountedTop(image, async (top) => {
      const target = join(top, '@one', packages);
      await writeFedoraPlugins(join(target, 'install.d'));
      await copyFile(binary, join(target, 'be-hook.rpm'));
      await copyFile(kernel, join(target, 'kernel-core.rpm'));
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Compares an environment, as its job saw it, and its command line with the expected ones. */
function expectIn(be: 'one' | 'two', release: string, commandLine: string, facts: Facts): void {
  const root = be === 'one' ? '@one' : rootOfTwo;
  const database = be === 'one' ? '@db' : 'be-hook/two/volumes/var-lib-db';
  assert.ok(commandLine.startsWith(`BOOT_IMAGE=/${root}/boot/vmlinuz-${release} `), commandLine);
  assert.equal(commandLine.match(/\brootflags=\S+/g), [`rootflags=subvol=${root}`]);
  assert.equal(facts('mounted').split('\n'), [`/${root}`, `/${database}`, '/@home'], 'with its own volumes');
  assert.match(facts('cmdline'), ` rootflags=subvol=${root} `);
  assert.is(facts('inode'), '256', '/opt/x is a subvolume (256 is what the root of one has)');
}

/** Boots an environment until systemd has started, and runs a job there. */
async function runBooted(disk: Disk, script: string, be: 'one' | 'two', release: string): Promise<Facts> {
  const { facts, report } = await bootedFacts(disk, { script });
  assert.ok(report !== undefined);
  const subvolume = be === 'one' ? '/@one' : `/${rootOfTwo}`;
  assert.equal([report.id, report.subvolume, report.release], [be, subvolume, release]);
  expectIn(be, release, report.cmdline, facts);
  return facts;
}

/** Runs a job natively in the environment that GRUB boots, or that the menu selected. */
async function run(disk: Disk, script: string, be: 'one' | 'two', release: string, chosen?: Start): Promise<Facts> {
  const { start, facts } = await nativeFacts(disk, script, chosen);
  expectIn(be, release, start.commandLine, facts);
  return facts;
}

function expectRefusal(said: string, why: string): void {
  assert.ok(said.startsWith(`be-hook: ${why}`) && said.endsWith('\nstatus 5'), said);
}

function flags(fact: Facts): Readonly<Record<string, string>> {
  const { environments } = JSON.parse(fact('list')) as { environments: readonly ListedEnvironment[] };
  assert.equal(
    environments.flatMap(({ problems }) => problems),
    [],
  );
  return Object.fromEntries(environments.map((environment) => [environment.name, environment.flags]));
}

/**
 * Compares the menus of all GRUB directories with each other, and their entries with the expected ones: environment and
 * release, the default first. Returns the entries.
 */
async function expectMenu(
  { image }: Disk,
  expected: readonly string[],
  offered: readonly string[],
): Promise<readonly MenuEntry[]> {
  return withMountedTop(image, async (top) => {
    const { entries } = await menuOf(top);
    const marked = entries.map((entry) => `${entry.be} ${entry.release}${entry.default ? ' by default' : ''}`);
    assert.equal(
      marked,
      offered.map((text, index) => (index === 0 ? `${text} by default` : text)),
    );
    const texts = await Promise.all(expected.map((home) => readFile(join(top, home, 'be-hook.cfg'), 'utf8')));
    assert.is(new Set(texts).size, 1, 'every home has the same menu');
    return entries;
  });
}

async function subvolumes({ image }: Disk): Promise<string[]> {
  const text = await withMountedTop(image, (top) => tool('btrfs', ['subvolume', 'list', top]));
  return [...text.matchAll(/ path (.*)$/gm)].map(([, path = '']) => path).sort();
}

/** Environment one makes two and makes it the default. */
async function makeTwo(disk: Disk, [low, mid]: Releases): Promise<Facts> {
  const fact = await run(disk, create, 'one', mid);
  assert.is(fact('set'), 'status 0');
  assert.match(fact('create'), /^Copied with it: \/var\/lib\/db, \/opt\/x.*\.$/m);
  assert.match(fact('create'), /^Shared by both.*: \/home\.$/m);
  assert.match(fact('create'), /status 0$/);
  assert.equal(flags(fact), { one: 'N', two: 'R' });
  const offered = [`two ${mid}`, `two ${low}`, `one ${mid}`, `one ${low}`];
  const [first] = await expectMenu(disk, [menuDirectories.one, menuDirectories.two], offered);
  assert.match(first?.title ?? '', 'to be upgraded');
  return fact;
}

/** Environment two boots by default from its own files, and is upgraded. */
async function upgradeTwo(disk: Disk, before: Facts, [low, mid, high]: Releases): Promise<readonly MenuEntry[]> {
  const booted = await reportOf(disk, await whatBoots(disk));
  assert.equal([booted.subvolume, booted.release], [`/${rootOfTwo}`, mid]);
  const fact = await run(disk, upgrade, 'two', mid);
  const fstab = before('fstab')
    .replace('subvol=/@one', `subvol=/${rootOfTwo}`)
    .replace(/subvolid=\d+,subvol=\/@db/, 'subvol=/be-hook/two/volumes/var-lib-db');
  assert.is(fact('fstab'), fstab, 'nothing else of fstab has changed');
  assert.is(fact('database'), '1\nwritten by one');
  assert.is(fact('files'), '/home:\n\n/opt/x:\ninside');
  expectRefusal(fact('active'), 'cannot destroy “two”: it boots by default; ');
  const stub = '/boot/efi/EFI/testlinux/grub.cfg leads to /@one/boot/grub';
  expectRefusal(fact('loader'), `cannot destroy “one”: GRUB starts from it: ${stub}; `);
  assert.equal(flags(fact), { one: '', two: 'NR' });
  const offered = [`two ${high}`, `two ${mid}`, `two ${low}`, `one ${mid}`, `one ${low}`];
  return expectMenu(disk, [menuDirectories.one, menuDirectories.two], offered);
}

/** Environment one, selected by its id, is unchanged except for shared volumes. It becomes the default again. */
async function goBackToOne(disk: Disk, old: MenuEntry, before: Facts, [low, mid, high]: Releases): Promise<void> {
  const fact = await run(disk, goBack, 'one', mid, await startOf(disk, old));
  for (const name of ['id', 'fstab', 'cmdline', 'database']) assert.is(fact(name), before(name), name);
  assert.is(fact('files'), '/home:\nshared\n\n/opt/x:\ninside', 'what is shared is here, and nothing else of two');
  assert.is(fact('activate'), 'status 0');
  const offered = [`one ${mid}`, `one ${low}`, `two ${high}`, `two ${mid}`, `two ${low}`];
  const entries = await expectMenu(disk, [menuDirectories.one, menuDirectories.two], offered);
  await stayInTwo(disk, entries, high);
}

/** Environment two, selected in the menu, is the running one while one is the default. */
async function stayInTwo(disk: Disk, entries: readonly MenuEntry[], high: string): Promise<void> {
  const [entry] = entries.filter(({ be }) => be === 'two');
  assert.ok(entry !== undefined);
  const fact = await run(disk, stay, 'two', high, await startOf(disk, entry));
  expectRefusal(fact('running'), 'cannot destroy “two”: it is the running boot environment; ');
  assert.equal(flags(fact), { one: 'R', two: 'N' });
}

/** Then two boots once, with the kernel that was installed there, and with the data that was written there. */
async function bootTwoOnce(disk: Disk, [, mid, high]: Releases): Promise<void> {
  const one = await runBooted(disk, bootOnce, 'one', mid);
  for (const name of ['full', 'fullUpgrade']) {
    assert.match(one(name), /^be-hook: .*: \/boot\/efi is full; .*\nstatus 78$/, name);
  }
  assert.is(one('once'), 'status 0');
  expectRefusal(one('next'), 'cannot destroy “two”: the machine boots it next; ');
  assert.equal(flags(one), { one: 'NR', two: 'T' });

  const two = await runBooted(disk, look, 'two', high);
  assert.is(two('database'), '2\nwritten by one\nwritten by two');
  assert.is(two('files'), '/etc/only-two\n\n/home:\nshared\n\n/opt/x:\nfrom-two\ninside');
}

/** Then one boots again, and deletes two with all its volumes. */
async function destroyTwo(disk: Disk, before: readonly string[], [low, mid]: Releases): Promise<readonly MenuEntry[]> {
  const fact = await run(disk, destroy, 'one', mid);
  assert.is(fact('destroy'), 'status 0');
  assert.equal(flags(fact), { one: 'NR' });
  const left = await expectMenu(disk, [menuDirectories.one], [`one ${mid}`, `one ${low}`]);
  assert.equal(await subvolumes(disk), before);
  await withMountedTop(disk.image, async (top) => {
    assert.equal(await readdir(join(top, 'be-hook')), ['history']);
    assert.is(await readFile(join(top, '@db/format'), 'utf8'), '1\n');
    assert.is(await readFile(join(top, '@home/shared'), 'utf8'), 'two\n');
  });
  return left;
}

/** Exports environment one with its database, imports it as `three`, and returns the entries of three. */
async function importThree({ image }: Disk, [, mid]: Releases): Promise<readonly MenuEntry[]> {
  return withMountedTop(image, async (top) => {
    const words = [process.execPath, programPath, top, join(top, 'stream')];
    await tool('sh', ['-euc', '"$1" "$2" export --filesystem "$3" one >"$4"', 'sh', ...words]);
    await tool('sh', ['-euc', '"$1" "$2" import --filesystem "$3" three <"$4"', 'sh', ...words]);
    await rm(join(top, 'stream'));
    const { entries } = await menuOf(top);
    const made = entries.filter(({ be }) => be === 'three');
    assert.is(made[0]?.release, mid);
    return made;
  });
}

/** Boots each entry. It boots its own files, now with an initramfs that names the entry. */
async function expectEveryEntry(disk: Disk, left: readonly MenuEntry[], all: GuestKernels): Promise<void> {
  for (const entry of left) {
    const { be, release, image, initrds } = entry;
    const root = be === 'three' ? '/be-hook/three/root' : `/@${be}`;
    await withMountedTop(disk.image, async (top) => {
      const tiny = all.find((kernel) => kernel.release === release)?.tinyInitramfs ?? '';
      for (const path of initrds) await addInitramfsId(tiny, `${be} ${release}`, join(top, path));
    });
    const report = await reportOf(disk, await startOf(disk, entry));
    // Environment three is a copy of one, and has the /etc of one.
    assert.equal([report.id, report.subvolume, report.release], ['one', root, release]);
    assert.is(report.initramfs, `${be} ${release}`);
    assert.match(report.cmdline, `BOOT_IMAGE=${image} `);
  }
}

type Releases = readonly [string, string, string];

test('stay independent: a clone is upgraded, the old one is unchanged until destroyed', async () => {
  const all = await kernels();
  const releases: Releases = [all[0].release, all[1].release, all[2].release];
  const disk = await makeMachine(all);
  try {
    await addPackages(disk, all);
    const before = await subvolumes(disk);
    const made = await makeTwo(disk, releases);
    const upgraded = await upgradeTwo(disk, made, releases);
    const old = upgraded.find(({ be }) => be === 'one');
    assert.ok(old !== undefined);
    await goBackToOne(disk, old, made, releases);
    await bootTwoOnce(disk, releases);
    const left = await destroyTwo(disk, before, releases);
    const imported = await importThree(disk, releases);
    await expectEveryEntry(disk, [...left, ...imported], all);
  } finally {
    await disk.remove();
  }
});

test.run();
