/** A Boot Loader Specification type 1 entry: its names, its files and its command line. */
export interface BlsEntry {
  readonly title: string | undefined;
  readonly version: string | undefined;
  readonly linux: string | undefined;
  /** The values of its `initrd` lines, in order. */
  readonly initrds: readonly string[];
  /** The first `options` line. GRUB reads no other one (Fedora's grub-core/commands/blscfg.c, create_entry). */
  readonly options: string;
  /** All `options` lines, joined by blanks: systemd-boot reads them so (Boot Loader Specification, "options"). */
  readonly allOptions: string;
}

/** Reads a BLS entry. Variables of GRUB (`$tuned_params`, `$kernelopts`) stay in the options for the caller to expand. */
export function parseBlsEntry(text: string): BlsEntry {
  const lines = text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([A-Za-z-]+)[ \t]+(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
  const first = (key: string): string | undefined => lines.find((line) => line.key === key)?.value;
  const initrds = lines.flatMap(({ key, value }) => (key === 'initrd' ? value.split(/\s+/) : []));
  const [title, version, linux] = [first('title'), first('version'), first('linux')];
  const allOptions = lines.flatMap(({ key, value }) => (key === 'options' ? [value] : [])).join(' ');
  return { title, version, linux, initrds, options: first('options') ?? '', allOptions };
}

/** A BLS entry with another command line in its `options` line. An entry without such a line stays as it is. */
export function editBlsOptions(text: string, change: (options: string) => string): string {
  return text.replace(/^(\s*options[ \t]+)(.*?)([ \t\r]*)$/m, (_all, head: string, options: string, tail: string) => {
    return head + change(options) + tail;
  });
}
