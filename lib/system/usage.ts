import { type DiskUsage, parseDiskUsage } from '../formats/filesystem-du.ts';
import { parseQuotaGroups, type QuotaGroup } from '../formats/qgroups.ts';
import type { Subvolume } from '../model/observation.ts';
import { readText, stat } from './files.ts';
import { query } from './query.ts';
import { run } from './run.ts';
import type { Session, SessionPlace } from './session.ts';

/**
 * The amount of file data in some trees together, and how much of it no other tree shares. btrfs looks at every
 * extent of every file. Data written since the last `syncFilesystem` is missing. Undefined where btrfs cannot report it.
 */
export async function measureUsage(
  { enter, mountedAt }: SessionPlace,
  trees: readonly Subvolume[],
): Promise<DiskUsage | undefined> {
  const [program, ...words] = enter;
  const paths = trees.map(({ path }) => `${mountedAt}/${path}`);
  const args = [...words, 'btrfs', 'filesystem', 'du', '-s', '--raw', ...paths];
  const { status, stdout } = await run(program, args, { expect: 'any', seconds: 3600 });
  return status === 0 ? parseDiskUsage(stdout, paths.length) : undefined;
}

/**
 * The values of the quota groups, by the id of their subvolume. Undefined where the administrator did not enable quotas,
 * and where they do not count shared data: simple quotas, and quotas that the kernel itself reports as inconsistent.
 */
export async function readQuotaGroups({
  enter,
  mountedAt,
  filesystem,
}: Session): Promise<ReadonlyMap<number, QuotaGroup> | undefined> {
  const facts = `/sys/fs/btrfs/${filesystem.uuid}/qgroups`;
  const tells = (name: string, value: string): boolean =>
    stat(`${facts}/${name}`) !== undefined && readText(`${facts}/${name}`).trim() === value;
  if (tells('mode', 'squota') || tells('inconsistent', '1')) return undefined;
  const [program, ...words] = enter;
  const { status, stdout } = await query(program, [...words, 'btrfs', 'qgroup', 'show', '--raw', mountedAt], {
    expect: 'any',
  });
  return status === 0 ? parseQuotaGroups(stdout) : undefined;
}
