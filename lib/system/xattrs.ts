import { type Attributes, parseGetfattr, parseRawGetfattr } from '../formats/getfattr.ts';
import { BeHookError } from '../model/problem.ts';
import { failure } from './ask.ts';
import { shortPath } from './files.ts';
import { query } from './query.ts';
import { run } from './run.ts';

/** How many paths one program gets at most; far below the kernel's limit on arguments even for the longest paths. */
const chunk = 400;

/**
 * Attributes whose names start with `prefix`, by path; paths without any are left out. Only root sees `trusted.` ones.
 */
export function readAttributes(paths: readonly string[], prefix: string): Promise<Attributes> {
  return read(paths, `^${prefix.replaceAll('.', '\\.')}`, parseGetfattr);
}

/** All attributes, ACLs too, with the hexadecimal digits of their values; paths without any are left out. */
export function readRawAttributes(paths: readonly string[]): Promise<Attributes> {
  return read(paths, '-', parseRawGetfattr);
}

/** What getfattr says of a path that is gone or changed meanwhile, and of a file system without attributes. */
const without =
  /: (No such file or directory|Not a directory|Too many levels of symbolic links|Operation not supported)$/;

async function read(
  paths: readonly string[],
  pattern: string,
  parse: (text: string) => Attributes,
): Promise<Attributes> {
  const all = new Map<string, ReadonlyMap<string, string>>();
  for (let start = 0; start < paths.length; start += chunk) {
    const some = paths.slice(start, start + chunk);
    const args = ['--absolute-names', '-h', '-d', '-e', 'hex', '-m', pattern, '--', ...some];
    const ended = await query('getfattr', args, { expect: [0, 1] });
    const complaints = ended.stderr.split('\n').filter((line) => line !== '');
    // It goes on with the other paths, and ends with status 1.
    const known = complaints.length > 0 && complaints.every((line) => without.test(line));
    if (ended.status !== 0 && !known) throw failure('getfattr', ended);
    for (const [path, attributes] of parse(ended.stdout)) all.set(path, attributes);
  }
  return all;
}

/** Sets one attribute of a file or directory, not following a symbolic link. Throws `no-space` and `tool-failed`. */
export async function setAttribute(path: string, name: string, value: string): Promise<void> {
  await setRawAttribute(path, name, Buffer.from(value).toString('hex'));
}

/** The same, with the hexadecimal digits of the value. */
export async function setRawAttribute(path: string, name: string, hex: string): Promise<void> {
  try {
    await run('setfattr', ['-h', '-n', name, '-v', `0x${hex}`, '--', entryOf(path)]);
  } catch (error) {
    const output = error instanceof BeHookError && error.problem.code === 'tool-failed' ? error.problem.output : '';
    if (!/No space left on device|Disk quota exceeded/.test(output)) throw error;
    throw new BeHookError({ code: 'no-space', path: shortPath(path) }, { cause: error });
  }
}

/** The path of an open directory itself: the way to it is a link in /proc, which `-h` would not follow. */
export function entryOf(path: string): string {
  return /^\/proc\/\d+\/fd\/\d+$/.test(path) ? `${path}/.` : path;
}

/** Gives one path all attributes of another one, and takes those from it that the other one has not. */
export async function copyAttributes(source: string, target: string): Promise<void> {
  const [from, to] = [entryOf(source), entryOf(target)];
  const all = await readRawAttributes([from, to]);
  const [wanted, present] = [all.get(from) ?? new Map<string, string>(), all.get(to) ?? new Map<string, string>()];
  for (const [name, hex] of wanted) {
    if (present.get(name) !== hex) await setRawAttribute(to, name, hex);
  }
  for (const name of present.keys()) {
    if (!wanted.has(name) && !isLabel(name)) await run('setfattr', ['-h', '-x', name, '--', to]);
  }
}

/** Whether an attribute is made by a security module, and says nothing about what somebody wanted (xattr(7)). */
export function isLabel(name: string): boolean {
  return ['security.selinux', 'security.ima', 'security.evm'].includes(name);
}

/** Removes one attribute; nothing happens when there is none. */
export async function removeAttribute(path: string, name: string): Promise<void> {
  const present = await readAttributes([entryOf(path)], name);
  if (present.get(entryOf(path))?.has(name) === true) await run('setfattr', ['-h', '-x', name, '--', entryOf(path)]);
}
