/** What the little grub.cfg on an EFI system partition leads to. */
export interface GrubStub {
  /** UUID of the file system that it searches. */
  readonly uuid: string;
  /** Directory, from that file system's top, in which GRUB then finds its grub.cfg. */
  readonly prefix: string;
}

/** Reads such a stub, as Fedora's grub2 package and Debian's grub-install write it; undefined for any other grub.cfg. */
export function parseStub(text: string): GrubStub | undefined {
  const uuid = /^\s*search(?:\.fs_uuid)?\s.*?([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})/m.exec(text)?.[1];
  const prefix = /^\s*set prefix=\(\$\{?[a-z]+\}?\)'?([^'\n]*?)'?\s*$/m.exec(text)?.[1];
  return uuid === undefined || prefix === undefined ? undefined : { uuid, prefix };
}
