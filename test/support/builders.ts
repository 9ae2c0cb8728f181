import { parseMark, printMark } from '../../lib/formats/mark.ts';
import { type BeName, parseBeName } from '../../lib/model/be-name.ts';
import type { BootEnvironment, SystemState } from '../../lib/model/environment.ts';
import { defaultInits } from '../../lib/model/init.ts';
import type { Mark } from '../../lib/model/mark.ts';
import type {
  BootFile,
  FileText,
  MenuDirectoryFacts,
  Observation,
  RootFacts,
  ToolFacts,
} from '../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../lib/model/problem.ts';
import type { Plan } from '../../lib/model/step.ts';
import { interpretState } from '../../lib/plan/interpret/state.ts';
import { emptyObservation, filesystemUuid } from './empty-observation.ts';

export { filesystemUuid };

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
    grubDefaults: [textFile(inside('etc/default/grub'), 'GRUB_TIMEOUT=3\n')],
    loaderSetting: {
      file: noFile(inside('etc/sysconfig/bootloader')),
      sdbootutil: false,
      tuned: noFile(inside('etc/tuned/bootcmdline')),
    },
    config: noFile(inside('etc/be-hook/be-hook.conf')),
    copiesAtBoot: false,
    hasBeHook: true,
    blsEntries: [],
    boot: { kind: 'directory', files: [], mountedFrom: undefined },
    moduleReleases: [],
    moduleImages: [],
    init: { hasPlace: true, candidates: defaultInits.map((path) => ({ path, fault: undefined })) },
    menuDirectories: [aHome(inside('boot/grub2'))],
    generatorDirectory: inside('etc/grub.d'),
    generatorScript: noFile(inside('etc/grub.d/99_be-hook')),
  };
}

/** A GRUB directory of the distribution, which be-hook has not changed. */
export function aHome(path: string, change: Partial<MenuDirectoryFacts> = {}): MenuDirectoryFacts {
  return {
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

/** Builds an observation. Each method returns a new builder. Methods for a root change the last added root. */
export class SystemBuilder {
  readonly #observation: Observation;

  constructor(observation: Observation) {
    this.#observation = observation;
  }

  /** Adds a marked boot environment in the subvolume `@NAME`, without kernels. */
  withBe(name: string): SystemBuilder {
    const root = this.#nextRoot(`@${name}`);
    const { uuid } = root.subvolume;
    return this.#add({ ...root, mark: printMark({ version: 1, name: beName(name), uuid, created: root.born }) });
  }

  /** Adds a root without a mark. */
  withUnmarkedRoot(path: string): SystemBuilder {
    return this.#add(this.#nextRoot(path));
  }

  /** Changes the mark of the last root. */
  withMark(change: Partial<Mark>): SystemBuilder {
    const mark = parseMark(this.#last().mark ?? '');
    if (mark === undefined) throw new Error('this root has no mark');
    return this.with({ mark: printMark({ ...mark, ...change }) });
  }

  /** The last root is a copy of the environment in the subvolume `@NAME`. */
  copiedFrom(name: string): SystemBuilder {
    const source = this.#observation.roots.find(({ subvolume }) => subvolume.path === `@${name}`);
    if (source === undefined) throw new Error(`there is no /@${name}`);
    return this.with(({ subvolume }) => ({ subvolume: { ...subvolume, parentUuid: source.subvolume.uuid } }));
  }

  /** Changes the last root. */
  with(change: Partial<RootFacts> | ((root: RootFacts) => Partial<RootFacts>)): SystemBuilder {
    const { roots } = this.#observation;
    const last = this.#last();
    const changed = { ...last, ...(typeof change === 'function' ? change(last) : change) };
    return this.#with({ roots: roots.map((root) => (root === last ? changed : root)) });
  }

  /** Gives the last root kernels with their initramfs and modules. */
  withKernel(...releases: readonly string[]): SystemBuilder {
    const { subvolume, boot, moduleReleases } = this.#last();
    if (boot.kind !== 'directory') throw new Error('this root has no boot directory');
    const names = releases.flatMap((release) => [`vmlinuz-${release}`, `initramfs-${release}.img`]);
    const files = names.map((name) => bootFile(`${subvolume.path}/boot/${name}`));
    return this.with({
      boot: { ...boot, files: [...boot.files, ...files] },
      moduleReleases: [...moduleReleases, ...releases],
    });
  }

  /** Gives the last root files in /boot. */
  withBootFile(name: string, change: Partial<BootFile> = {}): SystemBuilder {
    const { subvolume, boot } = this.#last();
    if (boot.kind !== 'directory') throw new Error('this root has no boot directory');
    const file = bootFile(`${subvolume.path}/boot/${name}`, change);
    return this.with({ boot: { ...boot, files: [...boot.files, file] } });
  }

  /** Changes every GRUB directory of the last root. */
  withHome(change: Partial<MenuDirectoryFacts>): SystemBuilder {
    return this.with(({ menuDirectories }) => ({
      menuDirectories: menuDirectories.map((home) => ({ ...home, ...change })),
    }));
  }

  /** Gives every GRUB directory of the last root this grub.cfg. */
  withGrubCfg(text: string): SystemBuilder {
    const change = (home: MenuDirectoryFacts): MenuDirectoryFacts => ({
      ...home,
      grubCfg: textFile(home.grubCfg.path, text),
    });
    return this.with(({ menuDirectories }) => ({ menuDirectories: menuDirectories.map(change) }));
  }

  /** The last root is the running system. */
  running(): SystemBuilder {
    const { id } = this.#last().subvolume;
    const mounts = [{ subvolume: id, mountpoint: '/' }];
    return this.#with({ filesystem: { ...this.#observation.filesystem, runningSubvolume: id, mounts } });
  }

  /** The last root is recorded as the default. */
  active(): SystemBuilder {
    return this.#with({ active: this.#last().subvolume.uuid });
  }

  /** The running system has these tools and notes. */
  withTools(change: Partial<ToolFacts>): SystemBuilder {
    return this.#with({ tools: { ...this.#observation.tools, ...change } });
  }

  observation(): Observation {
    return this.#observation;
  }

  state(): SystemState {
    return interpretState(this.#observation);
  }

  #nextRoot(path: string): RootFacts {
    return aRoot(256 + this.#observation.roots.length, path);
  }

  #add(root: RootFacts): SystemBuilder {
    const { roots, subvolumes } = this.#observation;
    return this.#with({ roots: [...roots, root], subvolumes: [...subvolumes, root.subvolume] });
  }

  #last(): RootFacts {
    const last = this.#observation.roots.at(-1);
    if (last === undefined) throw new Error('there is no root yet');
    return last;
  }

  #with(change: Partial<Observation>): SystemBuilder {
    return new SystemBuilder({ ...this.#observation, ...change });
  }
}

/** A file system without a boot environment and without a running root. */
export function aSystem(): SystemBuilder {
  return new SystemBuilder(emptyObservation);
}

/** The plan. Throws for a problem. */
export function planned(answer: Plan | Problem): Plan {
  if (isProblem(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

/** The boot environment of that name. */
export function environmentOf(state: SystemState, name: string): BootEnvironment {
  const found = state.environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`there is no environment ${name}`);
  return found;
}
