import type { Subvolume } from '../model/observation.ts';

/** What `btrfs subvolume list` told, and the lines that cannot be trusted. */
export interface SubvolumeListing {
  readonly subvolumes: readonly Subvolume[];
  /** Subvolumes whose id or path stands in more than one line: somebody put a line break into a name. */
  readonly ambiguous: readonly Subvolume[];
}

/**
 * Reads `btrfs subvolume list -p -c -g -u -q -R TOP`. btrfs-progs prints paths unescaped, so a line break in a name
 * makes lines that look like subvolumes; labels, not columns, are read, for the columns differ between versions.
 */
export function parseSubvolumeList(text: string): SubvolumeListing {
  const lines = text.split('\n').flatMap((line) => {
    const match = /^ID (\d+) gen .*?\bcgen (\d+) .*?\bparent_uuid +(\S+) .*?\buuid +([0-9a-f-]{36}) path (.*)$/s.exec(
      line,
    );
    const [, id, generation, parent, uuid, path] = match ?? [];
    if (id === undefined || uuid === undefined || path === undefined) return [];
    const parentUuid = parent === '-' ? undefined : parent;
    return [{ id: Number(id), uuid, parentUuid, path, generation: Number(generation) }];
  });
  const counts = new Map<string, number>();
  for (const key of lines.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const clashes = (line: Subvolume): boolean => keysOf(line).some((key) => counts.get(key) !== 1);
  return { subvolumes: lines.filter((line) => !clashes(line)), ambiguous: lines.filter(clashes) };
}

function keysOf({ id, uuid, path }: Subvolume): readonly string[] {
  return [`id ${id}`, `uuid ${uuid}`, `path ${path}`];
}
