import type { BootFile, FileText, MenuHomeFacts, RootFacts, Subvolume } from '../model/observation.ts';

/** What will be observed of a copy of a root before anything in it is changed. `now` is in seconds since 1970. */
export function moveRoot(root: RootFacts, to: Subvolume, now: number): RootFacts {
  const move = (path: string): string => movePath(path, root.subvolume.path, to.path);
  const text = (file: FileText): FileText => ({ ...file, path: move(file.path) });
  const file = (one: BootFile): BootFile => ({ ...one, path: move(one.path), target: move(one.target) });
  const { boot } = root;
  return {
    ...root,
    subvolume: to,
    mark: undefined,
    born: now,
    unsafe: undefined,
    readOnly: false,
    fstab: text(root.fstab),
    osRelease: text(root.osRelease),
    commandLine: text(root.commandLine),
    grubDefaults: root.grubDefaults.map(text),
    loaderSetting: {
      ...root.loaderSetting,
      file: text(root.loaderSetting.file),
      tuned: text(root.loaderSetting.tuned),
    },
    config: text(root.config),
    blsEntries: root.blsEntries.map(text),
    boot:
      boot.kind === 'directory'
        ? { kind: 'directory', files: boot.files.map(file), mountedFrom: undefined }
        : boot.kind === 'missing'
          ? boot
          : { ...boot, path: move(boot.path) },
    moduleImages: root.moduleImages.map(file),
    homes: root.homes.map((home) => moveHome(home, move)),
    generatorDirectory: root.generatorDirectory === undefined ? undefined : move(root.generatorDirectory),
    generatorScript: text(root.generatorScript),
  };
}

function moveHome(home: MenuHomeFacts, move: (path: string) => string): MenuHomeFacts {
  const text = (file: FileText): FileText => ({ ...file, path: move(file.path) });
  return {
    ...home,
    path: move(home.path),
    grubCfg: text(home.grubCfg),
    grubenv: text(home.grubenv),
    menu: text(home.menu),
    leftovers: home.leftovers.map((one) => ({ path: move(one.path), target: move(one.target) })),
  };
}

/** A path below one directory as the same path below another; both from the top of the file system, '' the top itself. */
export function movePath(path: string, from: string, to: string): string {
  const rest = from === '' ? path : path.slice(from.length + 1);
  return to === '' ? rest : rest === '' ? to : `${to}/${rest}`;
}
