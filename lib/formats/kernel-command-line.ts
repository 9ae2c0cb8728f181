/**
 * Splits a kernel command line into words as the kernel does: at white space outside of double quotes (lib/cmdline.c,
 * next_arg). It removes the quotes, so that a word equals the text that the kernel compares. GRUB puts quotes around
 * words with spaces again. A command line is one line: a line break, for instance in a quote that is never closed,
 * becomes a blank.
 */
export function parseCommandLine(text: string): readonly string[] {
  const args = text.replace(/[\r\n]+/g, ' ').match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? [];
  return args.map((word) => word.replaceAll('"', ''));
}

/** Writes words as one line. `parseCommandLine` and the kernel split it into the same words again. */
export function printCommandLine(args: readonly string[]): string {
  return args.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word !== '' && !/\s/.test(word)) return word;
  const equals = word.indexOf('=');
  const value = word.slice(equals + 1);
  return equals < 0 || /\s/.test(word.slice(0, equals)) ? `"${word}"` : `${word.slice(0, equals + 1)}"${value}"`;
}

/** The file system and the subvolume of a boot environment's root. */
export interface RootLocation {
  readonly filesystemUuid: string;
  readonly subvolume: { readonly id: number; readonly path: string };
}

/**
 * The command line of a boot environment: its own words, without those that a boot loader adds. `root=` and
 * `rootflags=` are in it exactly once, and name that environment. Other rootflags stay. `ro` is added where the line
 * has neither `ro` nor `rw`.
 */
export function commandLineFor(args: readonly string[], root: RootLocation): readonly string[] {
  const flags = args
    .filter((word) => word.startsWith('rootflags='))
    .flatMap((word) => word.slice('rootflags='.length).split(','))
    .filter((flag) => flag !== '' && !isSubvolumeFlag(flag));
  const access = args.findLast((word) => word === 'ro' || word === 'rw') ?? 'ro';
  const rest = args.filter(
    (word) => !/^(root=|rootflags=|BOOT_IMAGE=|initrd=|\$)/.test(word) && word !== 'ro' && word !== 'rw',
  );
  const rootflags = [...new Set(flags), subvolumeFlag(root.subvolume)].join(',');
  return [`root=UUID=${root.filesystemUuid}`, access, `rootflags=${rootflags}`, ...rest];
}

/** The words that two boot environments may have in common: all except those that choose the root. */
export function withoutRoot(args: readonly string[]): readonly string[] {
  return args.flatMap((word) => {
    if (word.startsWith('root=')) return [];
    if (!word.startsWith('rootflags=')) return [word];
    const flags = word
      .slice('rootflags='.length)
      .split(',')
      .filter((flag) => !isSubvolumeFlag(flag));
    return flags.length === 0 ? [] : [`rootflags=${flags.join(',')}`];
  });
}

/** Whether words name a subvolume as the root, in the way in which `commandLineFor` names it. */
export function namesSubvolume(args: readonly string[], subvolume: RootLocation['subvolume']): boolean {
  const flag = subvolumeFlag(subvolume);
  return args.some(
    (word) => word.startsWith('rootflags=') && word.slice('rootflags='.length).split(',').includes(flag),
  );
}

function isSubvolumeFlag(flag: string): boolean {
  return /^subvol(id)?=/.test(flag);
}

/**
 * The mount option that selects a subvolume. It names the path where the kernel, systemd and every initramfs accept
 * that path unquoted, otherwise the id. A path with a comma cannot be mounted by name at all (btrfs(5)), and spaces
 * split the command line.
 */
export function subvolumeFlag({ id, path }: RootLocation['subvolume']): string {
  return path !== '' && /^[A-Za-z0-9@._+/:=~-]+$/.test(path) ? `subvol=${path}` : `subvolid=${path === '' ? 5 : id}`;
}
