const units = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/**
 * Bytes as beadm(8) prints them: in five characters, with as many digits as fit, in units of 1024. With `whole`, a
 * multiple of the unit has no decimals, as in bectl(8).
 */
export function printBytes(bytes: number, { whole = false }: { readonly whole?: boolean } = {}): string {
  let index = 0;
  for (let rest = bytes; rest >= 1024; rest = Math.floor(rest / 1024)) index += 1;
  const unit = 1024 ** index;
  if (index === 0 || (whole && bytes % unit === 0)) return `${bytes / unit}${units[index] ?? ''}`;
  const candidates = [2, 1, 0].map((digits) => `${(bytes / unit).toFixed(digits)}${units[index] ?? ''}`);
  return candidates.find((text) => text.length <= 5) ?? candidates.at(-1) ?? '';
}
