/**
 * Splits a kernel command line into words as the kernel does: at white space outside of double quotes (lib/cmdline.c,
 * next_arg). The quotes themselves are removed, so that a word is what the kernel will compare; GRUB puts them back
 * around words with spaces. A command line is one line: a line break, in a quote that is never closed for instance, is a blank.
 */
export function parseCommandLine(text: string): readonly string[] {
  const words = text.replace(/[\r\n]+/g, ' ').match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ''));
}

/** Writes words as one line that `parseCommandLine` and the kernel split into the same words again. */
export function printCommandLine(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word !== '' && !/\s/.test(word)) return word;
  const equals = word.indexOf('=');
  const value = word.slice(equals + 1);
  return equals < 0 || /\s/.test(word.slice(0, equals)) ? `"${word}"` : `${word.slice(0, equals + 1)}"${value}"`;
}

/** Where a boot environment's root is. */
export interface RootLocation {
  readonly filesystemUuid: string;
  readonly subvolume: { readonly id: number; readonly path: string };
}

/**
 * The command line of a boot environment: its own words with `root=` and `rootflags=` exactly once and naming that
 * environment, and without the words that a boot loader adds. Other rootflags are kept; `ro` is added where
 * neither `ro` nor `rw` is said.
 */
export function commandLineFor(words: readonly string[], root: RootLocation): readonly string[] {
  const flags = words
    .filter((word) => word.startsWith('rootflags='))
    .flatMap((word) => word.slice('rootflags='.length).split(','))
    .filter((flag) => flag !== '' && !isSubvolumeFlag(flag));
  const access = words.findLast((word) => word === 'ro' || word === 'rw') ?? 'ro';
  const rest = words.filter(
    (word) => !/^(root=|rootflags=|BOOT_IMAGE=|initrd=|\$)/.test(word) && word !== 'ro' && word !== 'rw',
  );
  const rootflags = [...new Set(flags), subvolumeFlag(root.subvolume)].join(',');
  return [`root=UUID=${root.filesystemUuid}`, access, `rootflags=${rootflags}`, ...rest];
}

/** The words that two boot environments may have in common: all but those that choose the root. */
export function withoutRoot(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    if (word.startsWith('root=')) return [];
    if (!word.startsWith('rootflags=')) return [word];
    const flags = word
      .slice('rootflags='.length)
      .split(',')
      .filter((flag) => !isSubvolumeFlag(flag));
    return flags.length === 0 ? [] : [`rootflags=${flags.join(',')}`];
  });
}

function isSubvolumeFlag(flag: string): boolean {
  return /^subvol(id)?=/.test(flag);
}

/**
 * The mount option that selects a subvolume: by path where the path survives the kernel, systemd and every initramfs
 * unquoted, by id where it does not (a comma cannot be mounted by name at all: btrfs(5), and spaces split the command
 * line).
 */
export function subvolumeFlag({ id, path }: RootLocation['subvolume']): string {
  return path !== '' && /^[A-Za-z0-9@._+/:=~-]+$/.test(path) ? `subvol=${path}` : `subvolid=${path === '' ? 5 : id}`;
}
