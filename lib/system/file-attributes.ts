import { entryOf, readAttributes, readRawAttributes, setAttribute, setRawAttribute } from './xattrs.ts';

const label = 'security.selinux';

/** Gives a file the SELinux label of another file; does nothing where the other file has no label. */
export async function copyLabel(from: string, to: string): Promise<void> {
  const place = entryOf(from);
  const value = (await readAttributes([place], label)).get(place)?.get(label);
  if (value !== undefined) await setAttribute(to, label, value);
}

/**
 * Gives a new file the SELinux label, the ACL and the users' attributes of the file that it replaces (xattr(7), acl(5)).
 * It does not copy digests, signatures (security.ima, security.evm) and capabilities: they belong to the old content.
 */
export async function copyFileAttributes(from: string, to: string): Promise<void> {
  const place = entryOf(from);
  for (const [name, hex] of (await readRawAttributes([place])).get(place) ?? []) {
    const stays = name === label || name === 'system.posix_acl_access' || name.startsWith('user.');
    if (stays) await setRawAttribute(to, name, hex);
  }
}
