import { unescapeOctal } from './mountinfo.ts';

/** The subvolume that the options of a btrfs mount choose. A field that they leave out is undefined. */
export interface SubvolumeChoice {
  /** From the top of the file system, without slashes around it. '' is the top level. */
  readonly path: string | undefined;
  readonly id: number | undefined;
  /** The first option that the kernel refuses, whatever subvolumes there are. */
  readonly refused: string | undefined;
}

/** The id of the top level of every btrfs (BTRFS_FS_TREE_OBJECTID). */
export const topLevelId = 5;

/**
 * Reads `subvol=` and `subvolid=` as the kernel does (fs/btrfs/super.c, btrfs_parse_param; measured with mount(8) on
 * Linux 6.18): the last of each counts, an id may be written as C writes integers, 0 means the top level, and an empty
 * value or no number fails the mount.
 */
export function readSubvolumeChoice(options: readonly string[]): SubvolumeChoice {
  const plain = options.map((option) => unescapeOctal(option));
  const isRefused = (option: string): boolean => {
    const [, key, value] = /^(subvol|subvolid)(?:=(.*))?$/s.exec(option) ?? [];
    if (key === undefined) return false;
    return value === undefined || value === '' || (key === 'subvolid' && parseId(value) === undefined);
  };
  const last = (key: string): string | undefined =>
    plain.findLast((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
  const [path, id] = [last('subvol'), last('subvolid')];
  return {
    path: path === undefined ? undefined : normalPath(path),
    id: id === undefined ? undefined : parseId(id),
    refused: plain.find(isRefused),
  };
}

function normalPath(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** kstrtoull() with base 0: decimal, octal after 0, hexadecimal after 0x, a plus sign allowed. */
function parseId(text: string): number | undefined {
  const [, digits = ''] = /^\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.exec(text) ?? [];
  if (digits === '') return undefined;
  const id = /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return id === 0 ? topLevelId : id;
}
