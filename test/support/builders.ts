import { grub } from '../../lib/bootloaders/grub/backend.ts';
import {
  type GrubMachineFacts,
  type GrubRootFacts,
  grubMachine,
  grubRoot,
  type MenuDirectoryFacts,
} from '../../lib/bootloaders/grub/facts.ts';
import { parseMark, printMark } from '../../lib/formats/mark.ts';
import type { BootEnvironment, SystemState } from '../../lib/model/environment.ts';
import type { Mark } from '../../lib/model/mark.ts';
import type { BootFile, Observation, RootFacts, ToolFacts } from '../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../lib/model/problem.ts';
import type { Plan } from '../../lib/model/step.ts';
import { interpretState } from '../../lib/plan/interpret/state.ts';
import { emptyObservation, filesystemUuid } from './empty-observation.ts';
import { aRoot, beName, bootFile, textFile, withGrub } from './root-facts.ts';

export * from './root-facts.ts';
export { filesystemUuid };

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
    return this.withGrub(({ menuDirectories }) => ({
      menuDirectories: menuDirectories.map((home) => ({ ...home, ...change })),
    }));
  }

  /** Gives every GRUB directory of the last root this grub.cfg. */
  withGrubCfg(text: string): SystemBuilder {
    const change = (home: MenuDirectoryFacts): MenuDirectoryFacts => ({
      ...home,
      grubCfg: textFile(home.grubCfg.path, text),
    });
    return this.withGrub(({ menuDirectories }) => ({ menuDirectories: menuDirectories.map(change) }));
  }

  /** Changes the facts of GRUB in the last root. */
  withGrub(change: Partial<GrubRootFacts> | ((facts: GrubRootFacts) => Partial<GrubRootFacts>)): SystemBuilder {
    return this.with((root) => withGrub(root, typeof change === 'function' ? change(grubRoot(root)) : change));
  }

  /** Gives the last root an /etc/default/grub with this text. */
  withGrubDefaults(text: string): SystemBuilder {
    return this.withGrub(({ defaults }) => ({ defaults: [textFile(defaults[0]?.path ?? '', text)] }));
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

  /** The machine has these facts of GRUB. */
  withGrubMachine(change: Partial<GrubMachineFacts>): SystemBuilder {
    const loaderFacts: GrubMachineFacts = { ...grubMachine(this.#observation.tools), ...change };
    return this.withTools({ loaderFacts });
  }

  observation(): Observation {
    return this.#observation;
  }

  state(): SystemState {
    return interpretState(this.#observation, grub);
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
