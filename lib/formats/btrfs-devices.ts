/**
 * The number of devices of a file system, as `btrfs inspect-internal dump-super` prints it. Undefined where the output
 * has no number.
 */
export function parseDeviceCount(text: string): number | undefined {
  const [, count] = /^num_devices\s+(\d+)$/m.exec(text) ?? [];
  return count === undefined ? undefined : Number(count);
}

/**
 * The ids of missing devices in the output of `btrfs filesystem show`. btrfs-progs 6.2 prints `warning, device 2 is
 * missing` on stderr. Later versions print a line of the device with `MISSING` at its end (cmds/filesystem.c,
 * print_one_uuid).
 */
export function parseMissingDevices(text: string): readonly number[] {
  const found = [...text.matchAll(/device (\d+) is missing|^\s*devid\s+(\d+) .*\bMISSING$/gim)];
  return [...new Set(found.map(([, warned, listed]) => Number(warned ?? listed)))].sort((a, b) => a - b);
}
