import { entryOf, readAttributes, readRawAttributes, setAttribute, setRawAttribute } from './xattrs.ts';

const label = 'security.selinux';

/** Gives a file the SELinux label of another one; nothing happens where that one has none. */
export async function copyLabel(from: string, to: string): Promise<void> {
  const place = entryOf(from);
  const value = (await readAttributes([place], label)).get(place)?.get(label);
  if (value !== undefined) await setAttribute(to, label, value);
}

/**
 * Gives the new content of a file what the old one has: its SELinux label, its ACL and the attributes of users (xattr(7),
 * acl(5)). Digests and signatures (security.ima, security.evm) and capabilities belong to the old content.
 */
export async function copyFileAttributes(from: string, to: string): Promise<void> {
  const place = entryOf(from);
  for (const [name, hex] of (await readRawAttributes([place])).get(place) ?? []) {
    const stays = name === label || name === 'system.posix_acl_access' || name.startsWith('user.');
    if (stays) await setRawAttribute(to, name, hex);
  }
}
