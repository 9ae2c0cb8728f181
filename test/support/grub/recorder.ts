import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../guest/tool.ts';
import { menuBegins } from './screen.ts';

/** One attempt of GRUB to load a kernel, with every word exactly as the `linux` command received it. */
export interface Attempt {
  /** The words of `linux`: the path of the image, then the command line. */
  readonly linux: readonly string[];
  /** The words of `initrd`: paths. */
  readonly initrd: readonly string[];
  /** The ids of the chosen entry, joined by `>`, as GRUB's variable `chosen` has them. */
  readonly chosen: string;
  /** GRUB's `root` at that moment, a device name without parentheses. */
  readonly root: string;
  /** The filesystem that this device holds. */
  readonly rootUuid: string;
  /** Whether GRUB could read the kernel and every initrd to the end. Otherwise a real GRUB would not boot the entry. */
  readonly readable: boolean;
}

/** The device of the recorder. No image under test may have this number. */
export const recorderDevice = 'hd99';

/** Printed at the end of each recorded command, with `yes` or `no` for whether GRUB could read its files. */
export const recordedMark = 'be-hook-recorder: ';

/** The next screen of GRUB when it has finished an entry and has not booted. */
const afterEntry = [menuBegins, 'Press any key', 'Failed to boot', 'Falling back', 'grub> '];

/**
 * The position in the emulator's output at which a real machine leaves GRUB: the end of the first executed entry whose
 * files could all be read. Undefined if nothing is recorded yet.
 */
export function bootMoment(output: string): number | undefined {
  const ends = afterEntry.flatMap((sign) => occurrences(output, sign)).sort((a, b) => a - b);
  for (const end of ends) {
    const last = output.lastIndexOf(recordedMark, end);
    if (last !== -1 && output.startsWith('yes', last + recordedMark.length)) return end;
  }
  return undefined;
}

function occurrences(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) found.push(at);
  return found;
}

const header = '# GRUB Environment Block\n';
const blockSize = 65_536;
const block = `(${recorderDevice})/record`;

/**
 * GRUB script that replaces the loader. Functions with the names of the loader's commands record their words in an
 * environment block, which (unlike the screen) keeps every byte. They fail as the commands do for a file that GRUB
 * cannot read, so the reaction of GRUB (messages, fallback) is real.
 *
 * Like the btrfs driver of Fedora and openSUSE they look a path up in the default subvolume, here
 * `bh_default_subvolume`, while `btrfs_relative_path` begins with `y` or `1` (rhboot/grub2, branch fedora-44,
 * grub-core/fs/btrfs.c, find_path). Upstream's driver does not know that variable.
 */
export const recorderScript = `enable_progress_indicator=0
export enable_progress_indicator
function bh_note {
  bh_name="bh_\${bh_attempt}_$1"
  set "\${bh_name}=$2"
  bh_names="\${bh_names} \${bh_name}"
}
function bh_words {
  bh_list="$1"
  shift
  bh_count=
  for bh_word in "$@"; do
    bh_count="\${bh_count}i"
    bh_note "\${bh_list}_\${bh_count}" "\${bh_word}"
  done
}
function bh_read {
  bh_top=
  if [ "\${btrfs_relative_path}" = y -o "\${btrfs_relative_path}" = yes -o "\${btrfs_relative_path}" = 1 ]; then
    bh_top="\${bh_default_subvolume}"
  fi
  for bh_path in "$@"; do
    if sha256sum "\${bh_top}\${bh_path}"; then bh_good="\${bh_good}"; else bh_good=no; fi
  done
}
function bh_end {
  bh_note good "\${bh_good}"
  save_env --file ${block} \${bh_names}
  if [ "\${bh_good}" = yes ]; then
    echo ${recordedMark}yes
  else
    echo ${recordedMark}no
    sha256sum "$@"
  fi
}
function linux {
  load_env --file ${block} bh_attempt
  bh_attempt="\${bh_attempt}i"
  bh_names=bh_attempt
  bh_words linux "$@"
  bh_note chosen "\${chosen}"
  bh_note root "\${root}"
  if probe --set=bh_uuid --fs-uuid "\${root}"; then bh_note uuid "\${bh_uuid}"; fi
  bh_good=yes
  bh_read "$1"
  bh_end "$1"
}
function initrd {
  load_env --file ${block} bh_attempt
  bh_names=
  bh_words initrd "$@"
  bh_read "$@"
  bh_end "$@"
}
`;

/** Runs `body` with the image of a new recorder. Returns the recorded attempts together with the result of the body. */
export async function withRecorder<T>(
  body: (image: string, directory: string) => Promise<T>,
): Promise<{ readonly result: T; readonly attempts: readonly Attempt[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-emu-'));
  try {
    const image = join(directory, 'recorder.img');
    emptyRecorder ??= makeRecorder();
    await writeFile(image, await emptyRecorder);
    const result = await body(image, directory);
    return { result, attempts: attemptsIn(await readFile(image)) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

let emptyRecorder: Promise<Buffer> | undefined;

/** An ext2 image with one environment block. GRUB writes to a plain file of ext2 in place, but refuses to on btrfs. */
async function makeRecorder(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-recorder-'));
  try {
    const content = join(directory, 'content');
    await mkdir(content);
    await writeFile(join(content, 'record'), header.padEnd(blockSize, '#'));
    await copyFile('/dev/null', join(directory, 'image'));
    await tool('truncate', ['-s', '1M', join(directory, 'image')]);
    await tool('mke2fs', ['-q', '-t', 'ext2', '-b', '4096', '-d', content, join(directory, 'image')]);
    return await readFile(join(directory, 'image'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Reads the environment block: `name=value` lines in which a backslash precedes a newline or backslash. */
function variablesIn(image: Buffer): Map<string, string> {
  const start = image.indexOf(header);
  if (start === -1) throw new Error('GRUB destroyed the recorder');
  const text = image.subarray(start + header.length, start + blockSize).toString('utf8');
  const variables = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/([A-Za-z0-9_]+)=((?:\\[^]|[^\\\n])*)\n/gy)) {
    if (name !== undefined && value !== undefined) variables.set(name, value.replaceAll(/\\([^])/g, '$1'));
  }
  return variables;
}

function attemptsIn(image: Buffer): Attempt[] {
  const variables = variablesIn(image);
  const words = (attempt: string, list: string): string[] => {
    const found: string[] = [];
    for (let count = 'i'; ; count += 'i') {
      const word = variables.get(`bh_${attempt}_${list}_${count}`);
      if (word === undefined) return found;
      found.push(word);
    }
  };
  const attempts: Attempt[] = [];
  for (let name = 'i'; name.length <= (variables.get('bh_attempt') ?? '').length; name += 'i') {
    const value = (field: string): string => variables.get(`bh_${name}_${field}`) ?? '';
    attempts.push({
      linux: words(name, 'linux'),
      initrd: words(name, 'initrd'),
      chosen: value('chosen'),
      root: value('root'),
      rootUuid: value('uuid'),
      readable: value('good') === 'yes',
    });
  }
  return attempts;
}
