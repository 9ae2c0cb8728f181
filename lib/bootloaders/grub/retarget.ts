import type { RootLocation } from '../../formats/kernel-command-line.ts';
import { moveFlags, movePaths, type Retarget, retargetOptions } from '../../formats/retarget.ts';
import type { FileText, RootFacts } from '../../model/observation.ts';
import type { Problem } from '../../model/problem.ts';
import type { LoaderRetarget } from '../../plan/loader.ts';
import { type EnvironmentLine, parseGrubEnvironment, printGrubEnvironment } from './environment-lines.ts';
import { grubRoot } from './facts.ts';

/** The edits that make GRUB's files in a copied root name the copy. */
export function retargetFiles(root: RootFacts, place: Omit<Retarget, 'relative'>): LoaderRetarget {
  const menuDirectories = grubRoot(root).menuDirectories.filter(({ on }) => on === 'root');
  const isRelative = menuDirectories.some(({ grubCfg }) => grubCfg.kind === 'text' && hasRelativePaths(grubCfg.text));
  const relative = isRelative && place.followsDefault !== true;
  const retarget = { ...place, relative };
  return {
    relative,
    // be-hook writes the menu of all boot environments again, with the copy in it.
    edits: {
      distributionMenu: (text) => retargetGrubCfg(text, retarget),
      loaderVariables: (text) => retargetGrubEnvironment(text, retarget) ?? text,
      loaderSettings: (text) => retargetGrubDefaults(text, retarget),
    },
    warnings: menuDirectories.flatMap(({ grubenv }) => findDamage(grubenv, retarget)),
  };
}

/**
 * A grubenv that be-hook does not edit. Either GRUB could not read the result, or be-hook cannot read the present
 * block.
 */
function findDamage(grubenv: FileText, retarget: Retarget): readonly Problem[] {
  if (grubenv.kind !== 'text' || retargetGrubEnvironment(grubenv.text, retarget) !== undefined) return [];
  const why = 'it is not a GRUB environment block of 1024 bytes with room for the path of the copy';
  const hint =
    'regenerate it inside the copy with grub2-mkconfig (or grub-editenv FILE create); until then be-hook does not change it';
  return [{ code: 'file-malformed', path: grubenv.path, line: undefined, why, hint }];
}

const relativePaths = /^(\s*set\s+btrfs_relative_path=)["']?[y1]\w*["']?[ \t]*$/m;

/** Whether a grub.cfg switches GRUB to paths that begin at the default subvolume (SUSE_BTRFS_SNAPSHOT_BOOTING in 00_header). */
export function hasRelativePaths(grubCfg: string): boolean {
  return relativePaths.test(grubCfg);
}

/**
 * /etc/default/grub changed to name the copy: `subvol=` and `subvolid=` among the flags of a `rootflags=` word, and the
 * UUID of the file system. The file is a shell script, therefore be-hook changes only these characters.
 */
export function retargetGrubDefaults(text: string, { fromUuid, to }: Retarget): string {
  return moveRootFlags(text.replaceAll(fromUuid, to.filesystemUuid), to);
}

/**
 * The distribution's grub.cfg changed to name the copy that it lies in: paths and flags of its entries, the command
 * line in `kernelopts` (rhboot/grub2, util/grub.d/10_linux.in), and the UUID of the file system. Paths that began at
 * the default subvolume begin at the top of the file system, because the copy is not the default subvolume. Where the
 * default subvolume chooses what boots, they stay: GRUB reads the file only while the copy is the default subvolume.
 */
export function retargetGrubCfg(text: string, retarget: Retarget): string {
  const { followsDefault = false, to } = retarget;
  return text
    .replaceAll(retarget.fromUuid, to.filesystemUuid)
    .split('\n')
    .map((line) => {
      if (relativePaths.test(line)) return followsDefault ? line : line.replace(relativePaths, '$1"n"');
      if (/^\s*set\s+kernelopts=/.test(line)) {
        const flags = moveRootFlags(line, to);
        return followsDefault ? flags : addRootFlags(flags, to);
      }
      if (!/^\s*(linux|initrd)(16|efi)?\s/.test(line)) return line;
      const flags = moveRootFlags(line, to);
      const moved = movePaths(flags, retarget);
      return moved === flags ? moved : addRootFlags(moved, to);
    })
    .join('\n');
}

/** Requests for one boot. They were made for the source, and GRUB consumes them there. */
const oneBootRequests = /^(next_entry|prev_saved_entry|boot_once|menu_show_once.*)$/;

/**
 * A grubenv changed to name the copy: `blsdir`, where grub2-mkconfig records the directory of the BLS entries, leads
 * through the copy, `kernelopts` is a command line, and requests for one boot are left out. Returns undefined for any
 * text that is not an environment block, and where the result does not fit into one.
 */
export function retargetGrubEnvironment(text: string, retarget: Retarget): string | undefined {
  const lines = parseGrubEnvironment(text);
  if (lines === undefined) return undefined;
  const entries: EnvironmentLine = { kind: 'variable', name: 'blsdir', value: '/boot/loader/entries' };
  // Without `blsdir` GRUB searches this directory, as long as it is a path inside the root or its /boot.
  const implied =
    retarget.relative === true ||
    (retarget.boot === undefined ? retarget.from === '' : retarget.boot.from === impliedBoot);
  const known = lines.some((line) => line.kind === 'variable' && line.name === 'blsdir');
  const retained = [...lines, ...(implied && !known ? [entries] : [])].filter(
    (line) => line.kind === 'comment' || !oneBootRequests.test(line.name),
  );
  const moved = retained.map((line) => {
    if (line.kind === 'comment') return line;
    if (line.name === 'blsdir')
      return { ...line, value: moveEntriesDirectory(line.value, retarget.to, retarget.boot?.to) };
    return line.name === 'kernelopts' ? { ...line, value: retargetOptions(line.value, retarget) } : line;
  });
  return printGrubEnvironment(moved);
}

/**
 * A grubenv whose `blsdir` leads through the root that it lies in, or through the subvolume `boot` that is its /boot.
 * Everything else stays as it is. In a copied subvolume be-hook adds a missing `blsdir`, also to a damaged or missing
 * grubenv, because without it GRUB lists the entries of the machine's first /boot. Returns undefined for any other text
 * that is not an environment block, and where the result does not fit into one.
 */
export function correctEntriesDirectory(
  text: string | undefined,
  to: RootLocation,
  boot: string | undefined,
): string | undefined {
  const isCopy = boot !== undefined && boot !== impliedBoot;
  const parsed = text === undefined ? undefined : parseGrubEnvironment(text);
  const lines = (parsed ?? (isCopy ? [] : undefined))?.map((line) =>
    line.kind === 'variable' && line.name === 'blsdir'
      ? { ...line, value: moveEntriesDirectory(line.value, to, boot) }
      : line,
  );
  if (lines === undefined) return undefined;
  const known = lines.some((line) => line.kind === 'variable' && line.name === 'blsdir');
  const added: readonly EnvironmentLine[] =
    isCopy && !known ? [{ kind: 'variable', name: 'blsdir', value: `/${boot}/loader/entries` }] : [];
  return printGrubEnvironment([...added, ...lines]);
}

/** In the subvolume with this path GRUB finds the entries without `blsdir` (rhboot/grub2, grub-core/commands/blscfg.c). */
const impliedBoot = 'boot';

/** It replaces any root in the path, because a copy from before be-hook knew `blsdir` has the path of its source. */
function moveEntriesDirectory(directory: string, { subvolume }: RootLocation, boot: string | undefined): string {
  const [, inBoot] = /^(?:.*\/)?(loader\/entries\/?)$/.exec(directory) ?? [];
  if (boot !== undefined && inBoot !== undefined) return `/${boot}/${inBoot}`;
  const inRoot = /^(?:.*\/)?(boot\/loader\/entries\/?)$/.exec(directory)?.[1];
  if (inRoot === undefined) return directory;
  return subvolume.path === '' ? `/${inRoot}` : `/${subvolume.path}/${inRoot}`;
}

/** The flags of `rootflags=` in a line of shell or GRUB script. */
function moveRootFlags(line: string, to: RootLocation): string {
  return line.replace(
    /(\brootflags=)([^\s"'`\\;]+)/g,
    (_all, key: string, flags: string) => key + moveFlags(flags, to),
  );
}

/** A `root=` without `rootflags=` meant the default subvolume. */
function addRootFlags(line: string, to: RootLocation): string {
  if (/\brootflags=/.test(line)) return line;
  return line.replace(/(?<=[\s"'=])root=[^\s"'`\\;]+/, (root) => `${root} rootflags=${moveFlags('', to)}`);
}
