import { editCommandLineFile, readCommandLineFile } from './cmdline-file.ts';
import { commandLineFor, parseCommandLine, printCommandLine, type RootLocation } from './kernel-command-line.ts';

/**
 * A copied root: the location that its files still name, the file system of that location, and the location of the
 * copy.
 */
export interface Retarget {
  readonly from: string;
  readonly fromUuid: string;
  readonly to: RootLocation;
  /** The path of the subvolume that is its /boot, and the path of the copy of that; undefined for a directory of the root. */
  readonly boot?: { readonly from: string; readonly to: string } | undefined;
  /**
   * Whether the distribution made the boot loader resolve paths from the default subvolume, so that paths do not name the root.
   */
  readonly relative?: boolean;
  /**
   * Whether the machine boots the copy while it is the default subvolume, as it booted the source. Files that name no
   * subvolume then need no change. `snapper rollback` copies them, and a named subvolume would be the wrong one.
   */
  readonly followsDefault?: boolean;
}

/**
 * A kernel command line, as in /etc/kernel/cmdline, changed to name the copy. A command line without a root stays as it
 * is, because the program that reads it adds the root itself.
 */
export function retargetCommandLine(text: string, { to }: Retarget): string {
  const args = parseCommandLine(readCommandLineFile(text));
  if (!args.some((word) => /^(root|rootflags)=/.test(word))) return text;
  return editCommandLineFile(text, () => printCommandLine(commandLineFor(args, to)));
}

/**
 * A BLS entry changed to name the copy: its command line, and the paths of its files where they begin at the top of the
 * file system. All other lines stay as they are.
 */
export function retargetBlsEntry(text: string, retarget: Retarget): string {
  const lines = text.split('\n').map((line) => {
    const [, key, gap = ' ', value = ''] = /^(options|linux|initrd|devicetree)([ \t]+)(.*)$/.exec(line) ?? [];
    if (key === undefined) return line;
    if (key === 'options') return `${key}${gap}${retargetOptions(value, retarget)}`;
    return `${key}${gap}${movePaths(value, retarget)}`;
  });
  return lines.join('\n');
}

/** Options of a boot loader entry changed to name the copy. */
export function retargetOptions(options: string, { to }: Retarget): string {
  const args = parseCommandLine(options);
  if (!args.some((word) => /^(root|rootflags)=/.test(word))) return options;
  // Words that are GRUB's variables stay for programs that read the entry as it is.
  const variables = args.filter((word) => word.startsWith('$'));
  return printCommandLine([...commandLineFor(args, to), ...variables]);
}

/** The mount options of the root, changed to choose the copy. */
export function moveFlags(flags: string, to: RootLocation): string {
  const args = flags.split(',').filter((flag) => flag !== '' && !/^subvol(id)?=/.test(flag));
  return [...args, ...commandLineFor([], to).flatMap((word) => /^rootflags=(.*)$/.exec(word)?.[1] ?? [])].join(',');
}

/** Paths below /boot and /usr/lib/modules of the root, as a boot loader sees them: from the top of the file system. */
export function movePaths(text: string, { from, to, boot, relative = false }: Retarget): string {
  const [old, now] = [from === '' ? '' : `/${from}`, to.subvolume.path === '' ? '' : `/${to.subvolume.path}`];
  return text
    .split(/(\s+)/)
    .map((word) => {
      if (boot !== undefined && word.startsWith(`/${boot.from}/`))
        return `/${boot.to}${word.slice(boot.from.length + 1)}`;
      const rest = word.startsWith(`${old}/`) ? word.slice(old.length) : relative ? word : '';
      return /^\/(boot|usr\/lib\/modules|lib\/modules)\//.test(rest) ? now + rest : word;
    })
    .join('');
}
