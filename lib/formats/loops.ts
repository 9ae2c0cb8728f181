/** A loop device that is in use. */
export interface Loop {
  readonly name: string;
  /** The number by which stat(2) tells the device that the file behind it is on. */
  readonly device: number;
  /** Path of the file behind it, as its kernel tells it. */
  readonly file: string;
}

/** Reads what `losetup --list --json --output NAME,BACK-MAJ:MIN,BACK-FILE` prints: nothing where there is none. */
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

/** The two halves of a device's number as stat(2) puts them together (glibc, gnu_dev_makedev). */
function deviceNumber(major: number, minor: number): number {
  return ((major & 0xfff) << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
}
