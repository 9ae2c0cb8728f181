import { parseGetfattr } from '../formats/getfattr.ts';
import { run } from './run.ts';

/** How many paths one program gets at most; far below the kernel's limit on arguments even for the longest paths. */
const chunk = 400;

/**
 * Attributes whose names start with `prefix`, by path; paths without any are left out. Only root sees `trusted.` ones.
 */
export async function readAttributes(
  paths: readonly string[],
  prefix: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const all = new Map<string, ReadonlyMap<string, string>>();
  const pattern = `^${prefix.replaceAll('.', '\\.')}`;
  for (let start = 0; start < paths.length; start += chunk) {
    const some = paths.slice(start, start + chunk);
    const args = ['--absolute-names', '-h', '-d', '-e', 'hex', '-m', pattern, '--', ...some];
    const { stdout } = await run('getfattr', args, { expect: [0, 1] });
    for (const [path, attributes] of parseGetfattr(stdout)) all.set(path, attributes);
  }
  return all;
}

/** Sets one attribute of a file or directory, not following a symbolic link. */
export async function setAttribute(path: string, name: string, value: string): Promise<void> {
  const hex = `0x${Buffer.from(value).toString('hex')}`;
  await run('setfattr', ['-h', '-n', name, '-v', hex, '--', path]);
}

/** Removes one attribute; nothing happens when there is none. */
export async function removeAttribute(path: string, name: string): Promise<void> {
  const present = await readAttributes([path], name);
  if (present.get(path)?.has(name) === true) await run('setfattr', ['-h', '-x', name, '--', path]);
}
