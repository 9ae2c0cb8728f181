import { type GrubMachineFacts, grubRoot, type MenuDirectoryFacts } from '../../../lib/bootloaders/grub/facts.ts';
import { printMark } from '../../../lib/formats/mark.ts';
import type { Attribute, FileText, Observation, RootFacts, Subvolume } from '../../../lib/model/observation.ts';
import {
  aHome,
  aRoot,
  aSystem,
  beName,
  bootFile,
  distributionGrubCfg,
  filesystemUuid,
  noFile,
  textFile,
  uuidOf,
  withGrub,
} from '../builders.ts';
import { emptyMachine } from '../empty-observation.ts';
import { type Blueprint, bootOf, mountsOf, type RootBlueprint, volumesIn } from './blueprint.ts';

/** The top level of every file system (BTRFS_FS_TREE_OBJECTID). */
const topLevel: Subvolume = { id: 5, uuid: filesystemUuid, parentUuid: undefined, path: '', generation: 0 };

/** The observation of a blueprint's file system, with the content of every root. */
export function observationOf(blueprint: Blueprint): Observation {
  const roots = blueprint.roots.map((root, index) => rootOf(root, 256 + index, blueprint));
  const volumes = [...volumesIn(blueprint)].map(([path, volume], index) => {
    const id = 256 + roots.length + index;
    return { volume, subvolume: { id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 7 } };
  });
  const attributes = volumes.flatMap(({ volume, subvolume: { path } }): readonly Attribute[] => [
    dataOf(path, volume.data),
    ...(volume.policy === undefined || volume.implied === true ? [] : [{ path, name: 'volume', value: volume.policy }]),
  ]);
  const base = aSystem().observation();
  const running = at(roots, blueprint.running);
  const starter = at(roots, blueprint.startsGrub);
  const stub = starter && grubRoot(starter).menuDirectories[0]?.path;
  const stubs =
    stub === undefined
      ? []
      : [{ path: 'boot/efi/EFI/x/grub.cfg', filesystemUuid, menuDirectory: stub, relative: false }];
  const loaderFacts: GrubMachineFacts = { ...emptyMachine, stubs };
  return {
    ...base,
    filesystem: {
      ...base.filesystem,
      runningSubvolume: running?.subvolume.id,
      mounts: running === undefined ? [] : [{ subvolume: running.subvolume.id, mountpoint: '/' }],
    },
    subvolumes: [topLevel, ...roots.map((root) => root.subvolume), ...volumes.map(({ subvolume }) => subvolume)],
    roots,
    active: at(roots, blueprint.recorded)?.subvolume.uuid,
    attributes,
    readOnly: volumes.flatMap(({ volume, subvolume }) => (volume.frozen === true ? [subvolume.id] : [])),
    tools: { ...base.tools, firmware: stub === undefined ? 'bios' : 'uefi', loaderFacts },
  };
}

/** The content of a volume in the tests: an unknown attribute, which is copied like a file. */
export function dataOf(path: string, data: string): Attribute {
  return { path, name: 'test-data', value: data };
}

/** The file that identifies the content of a root. */
export function contentsFile(path: string, text: string): FileText {
  return textFile(path, `ID=test\nPRETTY_NAME="${text}"\n`);
}

function rootOf(blueprint: RootBlueprint, id: number, whole: Blueprint): RootFacts {
  const { name, path, style, kernels, marked } = blueprint;
  const base = aRoot(id, path);
  const { uuid } = base.subvolume;
  const { directory, subvolume } = bootOf(blueprint);
  const files = kernels.flatMap((release) => [
    bootFile(`${directory}/vmlinuz-${release}`),
    bootFile(`${directory}/initramfs-${release}.img`),
  ]);
  const flags = style.subvolid ? `subvolid=${id},subvol=/${path}` : `subvol=${path}`;
  const defaults = `GRUB_TIMEOUT=3\nGRUB_CMDLINE_LINUX="rootflags=${flags} quiet"\n`;
  const line = `root=UUID=${filesystemUuid} ro rootflags=${flags} quiet\n`;
  const menuDirectories = [`${directory}/grub2`, ...(style.twoHomes ? [`${directory}/grub`] : [])];
  return {
    ...base,
    mark: marked ? printMark({ version: 1, name: beName(name), uuid, created: base.born }) : undefined,
    fstab: textFile(`${path}/etc/fstab`, style.torn ? 'torn\n' : fstabOf(blueprint, id, whole)),
    osRelease: contentsFile(`${path}/etc/os-release`, name),
    commandLine: style.cmdline ? textFile(`${path}/etc/kernel/cmdline`, line) : noFile(`${path}/etc/kernel/cmdline`),
    blsEntries: style.bls ? kernels.map((release) => blsEntry(directory, release, line)) : [],
    boot: { kind: 'directory', files, subvolume, mountedFrom: undefined },
    moduleReleases: [...kernels],
    ...withGrub(base, {
      defaults: [textFile(`${path}/etc/default/grub`, defaults)],
      menuDirectories: menuDirectories.map((menuDirectory) => homeOf(menuDirectory, kernels)),
    }),
  };
}

function homeOf(path: string, kernels: readonly string[]): MenuDirectoryFacts {
  const images = kernels.map((release) => `vmlinuz-${release}`);
  return aHome(path, { grubCfg: textFile(`${path}/grub.cfg`, distributionGrubCfg(...images)) });
}

function blsEntry(directory: string, release: string, line: string): FileText {
  const text = `title Test\nversion ${release}\nlinux /${directory}/vmlinuz-${release}\noptions ${line}`;
  return textFile(`${directory}/loader/entries/id-${release}.conf`, text);
}

function fstabOf(root: RootBlueprint, id: number, whole: Blueprint): string {
  const chosen = root.style.subvolid ? `,subvolid=${id}` : '';
  const lines = [...mountsOf(root, whole)].map(([mountpoint, path]) => {
    return `UUID=${filesystemUuid}\t${mountpoint}\tbtrfs\t${path === '' ? 'subvolid=5' : `noatime,subvol=/${path}`}\t0 0`;
  });
  const own = `UUID=${filesystemUuid} / btrfs subvol=/${root.path}${chosen} 0 0`;
  return ['# a comment stays', own, ...lines, 'tmpfs /tmp tmpfs defaults 0 0', ''].join('\n');
}

function at(roots: readonly RootFacts[], index: number | undefined): RootFacts | undefined {
  return index === undefined ? undefined : roots[index];
}
