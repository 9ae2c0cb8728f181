/** How many devices a file system has, as `btrfs inspect-internal dump-super` prints it; undefined where it says nothing. */
export function parseDeviceCount(text: string): number | undefined {
  const [, count] = /^num_devices\s+(\d+)$/m.exec(text) ?? [];
  return count === undefined ? undefined : Number(count);
}

/**
 * The ids of missing devices, from what `btrfs filesystem show` prints: `warning, device 2 is missing` on stderr (btrfs-progs
 * 6.2), or a line of the device with `MISSING` at its end (later ones; cmds/filesystem.c, print_one_uuid).
 */
export function parseMissingDevices(text: string): readonly number[] {
  const found = [...text.matchAll(/device (\d+) is missing|^\s*devid\s+(\d+) .*\bMISSING$/gim)];
  return [...new Set(found.map(([, warned, listed]) => Number(warned ?? listed)))].sort((a, b) => a - b);
}
