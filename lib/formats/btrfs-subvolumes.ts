import type { Subvolume } from '../model/observation.ts';

/** The output of `btrfs subvolume list`, and the lines that cannot be trusted. */
export interface SubvolumeListing {
  readonly subvolumes: readonly Subvolume[];
  /** Subvolumes whose id or path is in more than one line, because a name has a line break in it. */
  readonly ambiguous: readonly Subvolume[];
}

/**
 * Reads `btrfs subvolume list -p -c -g -u -q -R TOP`. btrfs-progs prints paths unescaped. A line break in a name
 * therefore makes lines that look like subvolumes. be-hook reads labels, not columns, because the columns differ
 * between versions.
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
