/** A Boot Loader Specification type 1 entry, as far as its command line is concerned. */
export interface BlsEntry {
  readonly version: string | undefined;
  readonly linux: string | undefined;
  /** Several `options` lines are one (Boot Loader Specification, "Type #1"). */
  readonly options: string;
}

/** Reads a BLS entry. Variables of GRUB (`$tuned_params`, `$kernelopts`) stay in the options for the caller to drop. */
export function parseBlsEntry(text: string): BlsEntry {
  const lines = text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([A-Za-z-]+)[ \t]+(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
  const first = (key: string): string | undefined => lines.find((line) => line.key === key)?.value;
  const options = lines.filter((line) => line.key === 'options').map((line) => line.value);
  return { version: first('version'), linux: first('linux'), options: options.join(' ') };
}
