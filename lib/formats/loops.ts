/** A loop device that is in use. */
export interface Loop {
  readonly name: string;
  /** The number, as in stat(2), of the device that holds the backing file. */
  readonly device: number;
  /** Path of the backing file, as its kernel reports it. */
  readonly file: string;
}

/**
 * Reads the output of `losetup --list --json --output NAME,BACK-MAJ:MIN,BACK-FILE`. Without loop devices the output is
 * empty.
 */
export function parseLoops(text: string): readonly Loop[] {
  const { loopdevices = [] } = (text.trim() === '' ? {} : JSON.parse(text)) as {
    loopdevices?: readonly Readonly<Record<string, unknown>>[];
  };
  return loopdevices.flatMap(({ name, 'back-maj:min': number, 'back-file': file }) => {
    const [, major, minor] = /^\s*([0-9]+):([0-9]+)\s*$/.exec(String(number)) ?? [];
    if (major === undefined || minor === undefined) return [];
    return [{ name: String(name), device: deviceNumber(Number(major), Number(minor)), file: String(file) }];
  });
}

/** Combines the two halves of a device number as stat(2) does (glibc, gnu_dev_makedev). */
function deviceNumber(major: number, minor: number): number {
  return ((major & 0xfff) << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
}
