import { commandLineFor, parseCommandLine, printCommandLine, type RootLocation } from './kernel-command-line.ts';

/** A root that was copied: where the files still say it is, on which file system, and where it is. */
export interface Retarget {
  readonly from: string;
  readonly fromUuid: string;
  readonly to: RootLocation;
}

/**
 * A kernel command line, as /etc/kernel/cmdline has it, made to name the copy. One that names no root at all stays as it
 * is: whoever reads it adds the root by himself.
 */
export function retargetCommandLine(text: string, { to }: Retarget): string {
  const words = parseCommandLine(text);
  if (!words.some((word) => /^(root|rootflags)=/.test(word))) return text;
  return `${printCommandLine(commandLineFor(words, to))}\n`;
}

/**
 * A BLS entry made to name the copy: its command line, and the paths of its files where they begin at the top of the
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

/**
 * /etc/default/grub made to name the copy: `subvol=` and `subvolid=` among the flags of a `rootflags=` word, and the UUID
 * of the file system. The file is a shell script, so nothing but these characters is touched.
 */
export function retargetGrubDefaults(text: string, { fromUuid, to }: Retarget): string {
  return text
    .replaceAll(fromUuid, to.filesystemUuid)
    .replace(/(\brootflags=)([^\s"'`\\;]+)/g, (_all, key: string, flags: string) => {
      return key + moveFlags(flags, to);
    });
}

/**
 * The distribution's grub.cfg made to name the copy, so that it boots what it lies in: paths and flags of its entries, and
 * the UUID of the file system.
 */
export function retargetGrubCfg(text: string, retarget: Retarget): string {
  return text
    .replaceAll(retarget.fromUuid, retarget.to.filesystemUuid)
    .split('\n')
    .map((line) => {
      if (!/^\s*(linux|initrd)(16|efi)?\s/.test(line)) return line;
      const flags = line.replace(/(\brootflags=)([^\s"'`\\;]+)/g, (_all, key: string, value: string) => {
        return key + moveFlags(value, retarget.to);
      });
      return movePaths(flags, retarget);
    })
    .join('\n');
}

function retargetOptions(options: string, { to }: Retarget): string {
  const words = parseCommandLine(options);
  if (!words.some((word) => /^(root|rootflags)=/.test(word))) return options;
  // Words that are GRUB's variables stay, for whoever reads the entry as it is.
  const variables = words.filter((word) => word.startsWith('$'));
  return printCommandLine([...commandLineFor(words, to), ...variables]);
}

function moveFlags(flags: string, to: RootLocation): string {
  const words = flags.split(',').filter((flag) => !/^subvol(id)?=/.test(flag));
  return [...words, ...commandLineFor([], to).flatMap((word) => /^rootflags=(.*)$/.exec(word)?.[1] ?? [])].join(',');
}

/** Paths below /boot and /usr/lib/modules of the root, as GRUB sees them: from the top of the file system. */
function movePaths(text: string, { from, to }: Retarget): string {
  const [old, now] = [from === '' ? '' : `/${from}`, to.subvolume.path === '' ? '' : `/${to.subvolume.path}`];
  return text
    .split(/(\s+)/)
    .map((word) => {
      const rest = word.startsWith(`${old}/`) ? word.slice(old.length) : '';
      return /^\/(boot|usr\/lib\/modules|lib\/modules)\//.test(rest) ? now + rest : word;
    })
    .join('');
}
