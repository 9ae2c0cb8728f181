import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { printMark } from '../../../lib/formats/mark.ts';
import type { BootLayout } from '../../../lib/model/boot-layout.ts';
import type { BootDirectoryFacts, RootFacts } from '../../../lib/model/observation.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { findUnserved } from '../../../lib/plan/unserved.ts';
import { aSystem, beName, filesystemUuid, noFile, textFile } from '../../support/builders.ts';

const directory = { kind: 'directory', files: [], subvolume: undefined, mountedFrom: undefined } as const;
const system = (boot: BootDirectoryFacts, fstab = '') =>
  aSystem()
    .withUnmarkedRoot('@a')
    .with({ boot, fstab: textFile('@a/etc/fstab', fstab) })
    .running();
const layout = (boot: BootDirectoryFacts, fstab = ''): BootLayout | undefined =>
  system(boot, fstab).state().environments[0]?.layout;

const test = suite('interpretLayout');

test('finds /boot in the root by default, also with a mounted /boot/efi', () => {
  assert.equal(layout(directory), { kind: 'boot-in-root' });
  assert.equal(layout(directory, 'UUID=1 /boot/efi vfat defaults\nUUID=2 /boothill ext4 defaults\n'), {
    kind: 'boot-in-root',
  });
});

test('finds and names a separate /boot in fstab, mounted or not', () => {
  assert.equal(layout(directory, '\nUUID=1 /boot ext4 noauto 0 0\n'), {
    kind: 'separate-boot',
    found:
      'ext4 on UUID=1, by line 2 of its fstab; be-hook cannot open this file system: it may be read-only, or not mounted on /boot',
    fault: 'be-hook cannot open this file system: it may be read-only, or not mounted on /boot',
  });
  assert.is(layout(directory, 'UUID=1 /boot/ vfat defaults')?.kind, 'separate-boot');
  assert.is(layout(directory, 'UUID=1 /boot btrfs subvol=@boot')?.kind, 'separate-boot');
});

test('finds a mounted /boot that fstab does not name', () => {
  assert.equal(layout({ ...directory, mountedFrom: 'xfs /dev/sda1' }), {
    kind: 'separate-boot',
    found: 'xfs /dev/sda1, mounted now; its fstab has no line for /boot',
    fault: 'its fstab has no line for /boot',
  });
});

test('finds a /boot that is a subvolume inside of the root, or one that fstab mounts', () => {
  const nested = { ...directory, subvolume: '@a/boot' };
  assert.equal(layout(nested), { kind: 'boot-subvolume', found: 'the subvolume /@a/boot' });
  const line = `UUID=${filesystemUuid} /boot btrfs subvol=boot\n`;
  assert.equal(layout({ ...directory, subvolume: 'boot' }, line), {
    kind: 'boot-subvolume',
    found: 'the subvolume /boot',
  });
});

test('names a /boot whose subvolume is missing, or is not the mounted one', () => {
  const line = `UUID=${filesystemUuid} /boot btrfs noatime,subvol=missing\n`;
  assert.equal(layout(directory, line), {
    kind: 'boot-unresolved',
    found: 'noatime,subvol=missing in line 1 of its fstab',
  });
  assert.equal(layout({ ...directory, subvolume: 'boot', mountedFrom: 'btrfs /dev/sda1' }, line), {
    kind: 'boot-unresolved',
    found: 'btrfs /dev/sda1, mounted now',
  });
  assert.is(layout({ ...directory, mountedFrom: 'btrfs /dev/sda1' })?.kind, 'boot-unresolved');
});

test('reports a /boot that is an empty placeholder of a subvolume', () => {
  assert.equal(layout({ kind: 'placeholder', path: '@a/boot' }), { kind: 'boot-placeholder', found: '/@a/boot' });
});

/** The path of a running root, and its signs of openSUSE's snapshot booting. */
interface Signs {
  readonly path: string;
  /** The options of `/` in fstab. */
  readonly options?: string;
  readonly default?: 'root' | 'top' | 'store';
  readonly setting?: boolean;
  readonly grubCfg?: string;
  readonly stub?: { readonly menuDirectory: string; readonly relative: boolean };
}

function withSigns({ path, options = 'defaults', default: chosen = 'root', setting, grubCfg, stub }: Signs) {
  const stubs = stub === undefined ? [] : [{ path: 'boot/efi/EFI/opensuse/grub.cfg', filesystemUuid, ...stub }];
  const change: Partial<RootFacts> = {
    fstab: textFile(`${path}/etc/fstab`, `UUID=${filesystemUuid} / btrfs ${options} 0 0\n`),
  };
  const defaults = setting === true ? 'SUSE_BTRFS_SNAPSHOT_BOOTING=true\n' : '';
  const base = aSystem()
    .withUnmarkedRoot('be-hook/x/root')
    .withUnmarkedRoot(path)
    .with(change)
    .withGrubDefaults(defaults)
    .running();
  const built = (grubCfg === undefined ? base : base.withGrubCfg(grubCfg)).withGrubMachine({ stubs }).observation();
  const ids = { root: 257, top: 5, store: 256 };
  const filesystem = { ...built.filesystem, defaultSubvolume: ids[chosen] };
  return { ...built, filesystem };
}

test('does not support a /boot subvolume that GRUB cannot reach from the default subvolume', () => {
  const found = (chosen: 'root' | 'top'): BootLayout | undefined => {
    const built = withSigns({ path: 'root', options: 'subvol=root', default: chosen, setting: true });
    const roots = built.roots.map((root) => ({ ...root, boot: { ...directory, subvolume: 'boot' } }));
    return interpretState({ ...built, roots }, grub).environments.find(({ running }) => running)?.layout;
  };
  assert.equal(found('root'), {
    kind: 'boot-unresolved',
    found: 'the subvolume /boot, but SUSE_BTRFS_SNAPSHOT_BOOTING=true is set for grub2-mkconfig',
  });
  assert.is(found('top')?.kind, 'boot-subvolume');
});

const relativeCfg = 'set btrfs_relative_path="y"\nexport btrfs_relative_path\n';
const snapper = '@/.snapshots/1/snapshot';

for (const [title, signs, kind] of [
  ['openSUSE as installed', { path: snapper, setting: true, grubCfg: relativeCfg }, 'snapshot-booting'],
  ['openSUSE before its first grub.cfg', { path: snapper }, 'snapshot-booting'],
  ['openSUSE without snapper, with the setting', { path: '@', setting: true }, 'snapshot-booting'],
  ['openSUSE whose grub.cfg alone tells', { path: '@', grubCfg: relativeCfg }, 'snapshot-booting'],
  [
    'a stub that sets it to yes',
    { path: '@', stub: { menuDirectory: '@/boot/grub2', relative: true } },
    'snapshot-booting',
  ],
  ['a root that snapper made and fstab names', { path: snapper, options: `subvol=/${snapper}` }, 'snapshot-booting'],
  ['Fedora with snapper, subvol= in fstab', { path: 'root', options: 'subvol=root', setting: true }, 'boot-in-root'],
  [
    'Fedora with snapper and an exported relative path',
    { path: 'root', options: 'subvolid=257', setting: true, grubCfg: relativeCfg },
    'boot-in-root',
  ],
  ['the top level as the default', { path: 'root', default: 'top', setting: true }, 'boot-in-root'],
  ['a default below the store', { path: 'root', default: 'store', setting: true }, 'snapshot-booting'],
  ['Debian whose default subvolume is its root', { path: '@rootfs', grubCfg: 'set timeout=5\n' }, 'boot-in-root'],
  [
    'a grub.cfg that sets it back',
    { path: '@', grubCfg: `${relativeCfg}set btrfs_relative_path="n"\n` },
    'boot-in-root',
  ],
] as const) {
  test(`snapshot booting: ${title} is ${kind}`, () => {
    const built = withSigns(signs);
    const state = interpretState(built, grub);
    const running = state.environments.find((environment) => environment.running);
    assert.is(running?.layout.kind, kind);
    assert.is(findUnserved(state), undefined);
    assert.is(state.followsDefault, kind === 'snapshot-booting');
  });
}

test('takes the default subvolume as active, even if a copy runs and is recorded', () => {
  const built = withSigns({ path: snapper, setting: true });
  const [copy, chosen] = built.roots;
  if (copy === undefined || chosen === undefined) throw new Error('a root is missing');
  const marked = [copy, chosen].map((root, index) => {
    const mark = printMark({ version: 1, name: beName(`be${index}`), uuid: root.subvolume.uuid, created: 1 });
    return { ...root, mark, fstab: chosen.fstab, loaderFacts: chosen.loaderFacts };
  });
  const filesystem = { ...built.filesystem, runningSubvolume: copy.subvolume.id };
  const state = interpretState({ ...built, filesystem, roots: marked, active: copy.subvolume.uuid }, grub);
  const active = state.environments.filter((environment) => environment.active);
  assert.equal(
    active.map(({ name }) => name),
    ['be1'],
  );
});

test('ignores the default subvolume of another system on the same file system', () => {
  const built = withSigns({ path: snapper, setting: true });
  const [fedora] = built.roots;
  const filesystem = { ...built.filesystem, runningSubvolume: fedora?.subvolume.id };
  const state = interpretState({ ...built, filesystem }, grub);
  assert.is(state.followsDefault, false);
  assert.equal(
    state.environments.map(({ subvolume }) => subvolume.path),
    ['be-hook/x/root'],
  );
});

test('offers an unmarked root that the default subvolume chooses, with the number of snapper', () => {
  const built = withSigns({ path: snapper, setting: true });
  const filesystem = { ...built.filesystem, runningSubvolume: undefined };
  const state = interpretState({ ...built, filesystem }, grub);
  assert.equal(
    state.environments.map(({ name, marked, active }) => ({ name, marked, active })),
    [{ name: 'snapper-1', marked: false, active: true }],
  );
});

test('does not take a default subvolume as active that is marked for deletion', () => {
  const built = withSigns({ path: snapper, setting: true });
  const uuid = built.roots.find(({ subvolume }) => subvolume.path === snapper)?.subvolume.uuid ?? '';
  const filesystem = { ...built.filesystem, runningSubvolume: undefined };
  const attributes = [{ path: snapper, name: 'doomed', value: uuid }];
  assert.equal(interpretState({ ...built, filesystem, attributes }, grub).environments, []);
});

test('names a read-only default subvolume of MicroOS as transactional, and refuses it', () => {
  const built = withSigns({ path: snapper, setting: true });
  const state = interpretState({ ...built, readOnly: [built.filesystem.defaultSubvolume] }, grub);
  const refusal = findUnserved(state);
  assert.is(refusal?.code === 'layout-unsupported' ? refusal.layout.kind : undefined, 'transactional');
  assert.is(state.followsDefault, false);
});

const loader = (text: string): Partial<RootFacts> => ({
  loaderSetting: {
    file: textFile('@a/etc/sysconfig/bootloader', text),
    sdbootutil: false,
    tuned: noFile('@a/etc/tuned/bootcmdline'),
  },
});
const entry = '/boot/efi/loader/entries/x.conf';
const stub = { path: 'boot/efi/EFI/fedora/grub.cfg', filesystemUuid, menuDirectory: '@a/boot/grub2', relative: false };
const noMenu = { grubCfg: noFile('@a/boot/grub2/grub.cfg') };

for (const [title, built, kind] of [
  ['LOADER_TYPE=grub2-bls', system(directory).with(loader('LOADER_TYPE="grub2-bls"\n')), 'bls-on-esp'],
  ['LOADER_TYPE=systemd-boot', system(directory).with(loader('LOADER_TYPE=systemd-boot\n')), 'bls-on-esp'],
  ['LOADER_TYPE=grub2-efi', system(directory).with(loader('LOADER_TYPE="grub2-efi"\n')), 'boot-in-root'],
  ['systemd-boot started it', system(directory).withTools({ loaderInfo: 'systemd-boot 257.5' }), 'bls-on-esp'],
  ['GRUB started it', system(directory).withTools({ loaderInfo: 'GRUB 2.12', espEntries: [] }), 'boot-in-root'],
  ['entries on the ESP and no stub', system(directory).withTools({ espEntries: [entry] }), 'bls-on-esp'],
  [
    "another system's entries",
    system(directory)
      .withTools({ espEntries: [entry] })
      .withGrubMachine({ stubs: [stub] }),
    'boot-in-root',
  ],
  [
    'entries and a stub that leads elsewhere',
    system(directory)
      .withTools({ espEntries: [entry] })
      .withGrubMachine({ stubs: [{ ...stub, menuDirectory: 'gone/boot/grub2' }] }),
    'bls-on-esp',
  ],
  ['entries seen on a BIOS', system(directory).withTools({ espEntries: [entry], firmware: 'bios' }), 'boot-in-root'],
  [
    'sdbootutil and no grub.cfg',
    system(directory)
      .with({
        loaderSetting: {
          file: noFile('@a/etc/sysconfig/bootloader'),
          sdbootutil: true,
          tuned: noFile('@a/etc/tuned/bootcmdline'),
        },
      })
      .withHome(noMenu),
    'bls-on-esp',
  ],
  [
    'sdbootutil beside a grub.cfg',
    system(directory).with({
      loaderSetting: {
        file: noFile('@a/etc/sysconfig/bootloader'),
        sdbootutil: true,
        tuned: noFile('@a/etc/tuned/bootcmdline'),
      },
    }),
    'boot-in-root',
  ],
] as const) {
  test(`entries on the ESP: ${title} is ${kind}`, () => {
    assert.is(built.state().environments[0]?.layout.kind, kind);
  });
}

test.run();
