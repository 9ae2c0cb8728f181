import { readFile, writeFile } from 'node:fs/promises';

/**
 * Rewrites a file with the result of `change`. Throws if the text does not change, because the test would then test
 * something else.
 */
export async function editFile(path: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`${path}: the change changed nothing`);
  await writeFile(path, after);
}

/** Makes a GRUB menu file boot the entry with this id (`submenu>entry` for a nested one): its first `set default=`. */
export async function chooseEntry(menu: string, id: string): Promise<void> {
  if (/['\n]/.test(id)) throw new Error(`an id that the helper cannot quote: ${JSON.stringify(id)}`);
  const choice = `set default='${id}'`;
  const before = await readFile(menu, 'utf8');
  const after = before.replace(/^(\s*)set default=.*$/m, (_, indent: string) => `${indent}${choice}`);
  if (!after.includes(choice)) throw new Error(`${menu} sets no default`);
  await writeFile(menu, after);
}
