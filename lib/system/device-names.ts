import { realPath } from './files.ts';
import { aliasesOf, filesystemOf, sourcesOf } from './mounts.ts';
import { query } from './query.ts';

/** The uuid of the file system on a block device, and every text by which a line of fstab may name it. */
export interface DeviceNames {
  readonly uuid: string;
  readonly sources: readonly string[];
}

/**
 * The names of a mounted file system. Where udev has no link for it, blkid(8) reads its superblock. Throws `tool-missing`
 * and `tool-failed`.
 */
export async function namesOf(source: string): Promise<DeviceNames> {
  const btrfs = filesystemOf(source);
  if (btrfs !== undefined) return { uuid: btrfs.uuid, sources: sourcesOf(btrfs) };
  const device = realPath(source) ?? source;
  const known = aliasesOf([device.split('/').at(-1) ?? '']);
  const names = known.some((name) => name.startsWith('UUID=')) ? known : [...known, ...(await readTags(device))];
  const uuid = names.find((name) => name.startsWith('UUID='))?.slice('UUID='.length) ?? '';
  return { uuid, sources: [...new Set([source, device, ...names])] };
}

/** The tags of fstab(5), by the names that blkid(8) prints when it reads the device. */
const tags: Readonly<Record<string, string>> = {
  UUID: 'UUID',
  LABEL: 'LABEL',
  PART_ENTRY_UUID: 'PARTUUID',
  PART_ENTRY_NAME: 'PARTLABEL',
};

async function readTags(device: string): Promise<readonly string[]> {
  const { stdout } = await query('blkid', ['-p', '-o', 'export', device], { expect: [0, 2] });
  return stdout.split('\n').flatMap((line) => {
    const [, name = '', value = ''] = /^([A-Z_]+)=(.+)$/.exec(line) ?? [];
    const tag = tags[name];
    // blkid escapes special characters. Such a name is left out.
    if (tag === undefined || value.includes('\\')) return [];
    return [`${tag}=${value}`, `/dev/disk/by-${tag.toLowerCase()}/${value}`];
  });
}
