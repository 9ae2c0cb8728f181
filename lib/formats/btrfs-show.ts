import type { Subvolume } from '../model/observation.ts';

/** Reads `btrfs subvolume show PATH`. Undefined where the output has no id or no uuid. */
export function parseSubvolumeShow(text: string, path: string): Subvolume | undefined {
  const value = (label: string): string | undefined => new RegExp(`^\\s*${label}:\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1];
  const [id, uuid, parent] = [value('Subvolume ID'), value('UUID'), value('Parent UUID')];
  if (id === undefined || uuid === undefined) return undefined;
  const generation = /^\s*Gen at creation:\s*(\d+)\s*$/m.exec(text)?.[1];
  return {
    id: Number(id),
    uuid,
    parentUuid: parent === '-' ? undefined : parent,
    path,
    generation: Number(generation ?? 0),
  };
}
