import { type Attributes, parseGetfattr, parseRawGetfattr } from '../formats/getfattr.ts';
import { BeHookError } from '../model/problem.ts';
import { failure } from './ask.ts';
import { readText, shortPath, stat } from './files.ts';
import type { MountedFilesystem } from './mounts.ts';
import { query } from './query.ts';
import { run } from './run.ts';

/** How many paths one getfattr gets at most. Even the longest paths stay far below the kernel's limit on arguments. */
const chunk = 400;

/**
 * The attributes with names that start with `prefix`, by path. Paths without such attributes are left out. Only root sees
 * `trusted.` attributes.
 */
export function readAttributes(paths: readonly string[], prefix: string): Promise<Attributes> {
  return read(paths, `^${prefix.replaceAll('.', '\\.')}`, parseGetfattr);
}

/** All attributes, also ACLs, with the hexadecimal digits of their values. Paths without attributes are left out. */
export function readRawAttributes(paths: readonly string[]): Promise<Attributes> {
  return read(paths, '-', parseRawGetfattr);
}

/** getfattr's messages for a path that was deleted or replaced meanwhile, and for a file system without attributes. */
const without =
  /: (No such file or directory|Not a directory|Too many levels of symbolic links|Operation not supported)$/;

async function read(
  paths: readonly string[],
  pattern: string,
  parse: (text: string) => Attributes,
): Promise<Attributes> {
  const byPath = new Map<string, ReadonlyMap<string, string>>();
  for (let start = 0; start < paths.length; start += chunk) {
    const some = paths.slice(start, start + chunk);
    const args = ['--absolute-names', '-h', '-d', '-e', 'hex', '-m', pattern, '--', ...some];
    const ended = await query('getfattr', args, { expect: [0, 1] });
    const complaints = ended.stderr.split('\n').filter((line) => line !== '');
    // After such an error getfattr continues with the other paths, and ends with status 1.
    const known = complaints.length > 0 && complaints.every((line) => without.test(line));
    if (ended.status !== 0 && !known) throw failure('getfattr', ended);
    for (const [path, attributes] of parse(ended.stdout)) byPath.set(path, attributes);
  }
  return byPath;
}

/** Sets one attribute of a file or directory. It does not follow a symbolic link. Throws `no-space` and `tool-failed`. */
export async function setAttribute(path: string, name: string, value: string): Promise<void> {
  await setRawAttribute(path, name, Buffer.from(value).toString('hex'));
}

/** As `setAttribute`, with the hexadecimal digits of the value. */
export async function setRawAttribute(path: string, name: string, hex: string): Promise<void> {
  try {
    await run('setfattr', ['-h', '-n', name, '-v', `0x${hex}`, '--', entryOf(path)]);
  } catch (error) {
    const output = error instanceof BeHookError && error.problem.code === 'tool-failed' ? error.problem.output : '';
    if (!/No space left on device|Disk quota exceeded/.test(output)) throw error;
    throw new BeHookError({ code: 'no-space', path: shortPath(path) }, { cause: error });
  }
}

/** Bytes of a node of btrfs beside the name and the value (BTRFS_MAX_XATTR_SIZE in fs/btrfs/ctree.h: header, item, entry). */
const overhead = 101 + 25 + 30;

/** The largest value, in bytes, that a mounted btrfs stores in an attribute. Undefined if the kernel does not say. */
export function largestAttribute({ uuid }: Pick<MountedFilesystem, 'uuid'>, name: string): number | undefined {
  const path = `/sys/fs/btrfs/${uuid}/nodesize`;
  const nodeSize = stat(path) === undefined ? 0 : Number(readText(path));
  return nodeSize > 0 ? nodeSize - overhead - Buffer.byteLength(name) : undefined;
}

/** The path of an open directory itself: its handle is a link in /proc, and `-h` would not follow the link. */
export function entryOf(path: string): string {
  return /^\/proc\/\d+\/fd\/\d+$/.test(path) ? `${path}/.` : path;
}

/** Gives the target all attributes of the source, and removes the target's attributes that the source does not have. */
export async function copyAttributes(source: string, target: string): Promise<void> {
  const [from, to] = [entryOf(source), entryOf(target)];
  const byPath = await readRawAttributes([from, to]);
  const [wanted, present] = [
    byPath.get(from) ?? new Map<string, string>(),
    byPath.get(to) ?? new Map<string, string>(),
  ];
  for (const [name, hex] of wanted) {
    if (present.get(name) !== hex) await setRawAttribute(to, name, hex);
  }
  for (const name of present.keys()) {
    if (!wanted.has(name) && !isLabel(name)) await run('setfattr', ['-h', '-x', name, '--', to]);
  }
}

/** Whether a security module makes the attribute, so that it records no choice of the administrator (xattr(7)). */
export function isLabel(name: string): boolean {
  return ['security.selinux', 'security.ima', 'security.evm'].includes(name);
}

/** Removes one attribute; does nothing when the path does not have it. */
export async function removeAttribute(path: string, name: string): Promise<void> {
  const present = await readAttributes([entryOf(path)], name);
  if (present.get(entryOf(path))?.has(name) === true) await run('setfattr', ['-h', '-x', name, '--', entryOf(path)]);
}
