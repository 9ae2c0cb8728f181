/** Text in which GRUB's variables were replaced, and the names of those that have no known value. */
export interface Expanded {
  readonly text: string;
  readonly unknown: readonly string[];
}

const variable = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** A word that is nothing but a variable. */
const wholeWord = new RegExp(`(?<!\\S)${variable.source}(?!\\S)`, 'g');

/**
 * Replaces `$name` and `${name}` by their values; one without a known value is left out, as GRUB leaves it out (Fedora's
 * grub-core/commands/blscfg.c, expand_val). In `words` only a whole word counts as a variable: GRUB never reads such a text
 * itself, and a dollar sign inside of a word is data.
 */
export function expandVariables(
  text: string,
  values: ReadonlyMap<string, string>,
  where: 'everywhere' | 'words',
): Expanded {
  const unknown: string[] = [];
  const expanded = text.replace(
    where === 'words' ? wholeWord : variable,
    (_all, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? '';
      const value = values.get(name);
      if (value === undefined) unknown.push(name);
      return value ?? '';
    },
  );
  return { text: expanded, unknown };
}

/** The value that a grub.cfg gives a variable by `set NAME="VALUE"`, the last one; undefined where it gives none. */
export function readGrubVariable(grubCfg: string, name: string): string | undefined {
  const lines = [
    ...grubCfg.matchAll(/^\s*set\s+([A-Za-z_][A-Za-z0-9_]*)=("((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|\S*)\s*$/gm),
  ];
  const last = lines.findLast(([, found]) => found === name);
  if (last === undefined) return undefined;
  const [, , plain = '', double, single] = last;
  return double?.replace(/\\(["\\$])/g, '$1') ?? single ?? plain;
}
