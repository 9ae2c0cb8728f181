import { type GrubRootFacts, grubRoot, type MenuDirectoryFacts } from '../../lib/bootloaders/grub/facts.ts';
import { type BeName, parseBeName } from '../../lib/model/be-name.ts';
import { defaultInits } from '../../lib/model/init.ts';
import type { BootFile, FileText, RootFacts } from '../../lib/model/observation.ts';
import { isProblem } from '../../lib/model/problem.ts';
import { filesystemUuid } from './empty-observation.ts';

/** A grub.cfg like that of a generator: settings and an entry for each image, without a line of be-hook. */
export function distributionGrubCfg(...images: readonly string[]): string {
  const entries = images.flatMap((image) => [
    "menuentry 'Linux' --class gnu-linux {",
    `\tlinux /boot/${image} ro`,
    '}',
  ]);
  const section = ['### BEGIN /etc/grub.d/10_linux ###', ...entries, '### END /etc/grub.d/10_linux ###'];
  return ['set timeout=5', ...section, ''].join('\n');
}

/** A file with this text. */
export function textFile(path: string, text: string): FileText {
  return { kind: 'text', path, text };
}

/** A missing file. */
export function noFile(path: string): FileText {
  return { kind: 'missing', path };
}

/** A file without a fault in the boot directory of a root. */
export function bootFile(path: string, change: Partial<BootFile> = {}): BootFile {
  const name = path.split('/').at(-1) ?? '';
  return { name, on: 'root', path, target: path, size: 4096, fault: undefined, ...change };
}

/** A valid name. */
export function beName(text: string): BeName {
  const name = parseBeName(text);
  if (isProblem(name)) throw new Error(`“${text}” is no name`);
  return name;
}

/** The uuid of the subvolume that `aSystem` gives this id. */
export function uuidOf(id: number): string {
  return `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
}

/** A root that has all files of a system except kernels. */
export function aRoot(id: number, path: string): RootFacts {
  const inside = (rest: string): string => (path === '' ? rest : `${path}/${rest}`);
  return {
    subvolume: { id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 7 },
    mark: undefined,
    born: 1_700_000_000 + id,
    unsafe: undefined,
    readOnly: false,
    fstab: textFile(inside('etc/fstab'), `UUID=${filesystemUuid} / btrfs defaults 0 0\n`),
    osRelease: textFile(inside('etc/os-release'), 'ID=fedora\nPRETTY_NAME="Fedora Linux 44"\n'),
    commandLine: textFile(inside('etc/kernel/cmdline'), 'quiet\n'),
    loaderSetting: {
      file: noFile(inside('etc/sysconfig/bootloader')),
      sdbootutil: false,
      tuned: noFile(inside('etc/tuned/bootcmdline')),
    },
    config: noFile(inside('etc/be-hook/be-hook.conf')),
    copiesAtBoot: false,
    hasBeHook: true,
    blsEntries: [],
    boot: { kind: 'directory', files: [], subvolume: undefined, mountedFrom: undefined },
    moduleReleases: [],
    moduleImages: [],
    privateBoot: { files: [], blsEntries: [], variables: [] },
    init: { hasPlace: true, candidates: defaultInits.map((path) => ({ path, fault: undefined })) },
    loaderFacts: grubFacts(path),
  };
}

/** The files of GRUB in a root, which be-hook has not changed. */
function grubFacts(path: string): GrubRootFacts {
  const inside = (rest: string): string => (path === '' ? rest : `${path}/${rest}`);
  return {
    loader: 'grub',
    defaults: [textFile(inside('etc/default/grub'), 'GRUB_TIMEOUT=3\n')],
    menuDirectories: [aHome(inside('boot/grub2'))],
    generatorDirectory: inside('etc/grub.d'),
    generatorScript: noFile(inside('etc/grub.d/99_be-hook')),
  };
}

/** A root whose facts of GRUB are changed. */
export function withGrub(root: RootFacts, change: Partial<GrubRootFacts>): Pick<RootFacts, 'loaderFacts'> {
  const loaderFacts: GrubRootFacts = { ...grubRoot(root), ...change };
  return { loaderFacts };
}

/** A GRUB directory of the distribution, which be-hook has not changed. */
export function aHome(path: string, change: Partial<MenuDirectoryFacts> = {}): MenuDirectoryFacts {
  return {
    on: 'root',
    path,
    exists: true,
    grubCfg: textFile(`${path}/grub.cfg`, 'blscfg\n'),
    grubenv: noFile(`${path}/grubenv`),
    menu: noFile(`${path}/be-hook.cfg`),
    unfinishedWork: [],
    grubInstalled: undefined,
    grubCfgParses: true,
    ...change,
  };
}
