/** The report that a booted guest wrote to the second serial port. */
export interface BootReport {
  /** The kernel command line, as in /proc/cmdline. */
  readonly cmdline: string;
  readonly release: string;
  /** Path from the filesystem's top of the subvolume that is mounted as root, by /proc/self/mountinfo. */
  readonly subvolume: string;
  /** /etc/be-id of the mounted root. */
  readonly id: string;
  /** `ENVIRONMENT RELEASE` of the initramfs that ran; empty with dracut's. */
  readonly initramfs: string;
}

/**
 * The report in the output of the port, or undefined if it is not complete yet. The values are in base64, so that no
 * value can be confused with another part. Throws if the guest reports that it could not mount its root.
 */
export function parseReport(port: string): BootReport | undefined {
  const failed = /^FAILED (\S*)$/m.exec(port)?.[1];
  if (failed !== undefined) throw new Error(`the guest could not mount its root: ${decode(failed)}`);
  const json = /^BOOTED (\{.*\})\r?$/m.exec(port)?.[1];
  if (json === undefined) return undefined;
  const values = JSON.parse(json) as Record<string, string>;
  const value = (name: string) => decode(values[name] ?? '');
  return {
    cmdline: value('cmdline'),
    release: value('release'),
    subvolume: unescapeMountinfo(value('subvolume')),
    id: value('id'),
    initramfs: value('initramfs'),
  };
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').replace(/\n$/, '');
}

/** mountinfo writes space, tab, newline and backslash as three octal digits (proc_pid_mountinfo(5)). */
function unescapeMountinfo(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
