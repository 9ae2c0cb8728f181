import { entryOf, readAttributes, setAttribute } from './xattrs.ts';

const label = 'security.selinux';

/** Gives a file the SELinux label of another one; nothing happens where that one has none. */
export async function copyLabel(from: string, to: string): Promise<void> {
  const place = entryOf(from);
  const value = (await readAttributes([place], label)).get(place)?.get(label);
  if (value !== undefined) await setAttribute(to, label, value);
}
