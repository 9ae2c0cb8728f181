/**
 * One word of GRUB script that stands for exactly `text`. It is bare if every character is harmless, otherwise it is in
 * single quotes. GRUB interprets nothing inside single quotes (GRUB manual, "Quoting"). The caller must have refused
 * line breaks.
 */
export function quoteGrub(text: string): string {
  return /^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : quoteAlways(text);
}

/** The same in single quotes, whatever its characters are. */
export function quoteAlways(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Splits one line of GRUB script that `quoteGrub` wrote into its words; undefined if `quoteGrub` could not have written
 * it.
 */
export function splitGrubWords(line: string): readonly string[] | undefined {
  const tokens: string[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const word = /^(?:[A-Za-z0-9@%+=:,./_-]|'[^']*'|\\')+/.exec(rest)?.[0] ?? /^[{}]/.exec(rest)?.[0];
    if (word === undefined) return undefined;
    tokens.push(
      word.replace(/'([^']*)'|\\'/g, (all, inner: string | undefined) => inner ?? (all === "\\'" ? "'" : '')),
    );
    const after = rest.slice(word.length);
    if (after !== '' && !/^\s/.test(after)) return undefined;
    rest = after.trim();
  }
  return tokens;
}
