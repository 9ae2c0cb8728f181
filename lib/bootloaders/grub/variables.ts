/** Text in which GRUB's variables are replaced, and the names of the variables without a known value. */
export interface Expanded {
  readonly text: string;
  readonly unknown: readonly string[];
}

const variable = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** A word that is only a variable. */
const wholeWord = new RegExp(`(?<!\\S)${variable.source}(?!\\S)`, 'g');

/**
 * Replaces `$name` and `${name}` by their values. It leaves out a variable without a known value, as GRUB does
 * (Fedora's grub-core/commands/blscfg.c, expand_val). In `words` only a whole word counts as a variable, because GRUB
 * never reads such a text itself, and a dollar sign inside of a word is data.
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

/** The value that the last `set NAME="VALUE"` of a grub.cfg gives a variable. Undefined where there is no such line. */
export function readGrubVariable(grubCfg: string, name: string): string | undefined {
  const lines = [
    ...grubCfg.matchAll(/^\s*set\s+([A-Za-z_][A-Za-z0-9_]*)=("((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|\S*)\s*$/gm),
  ];
  const last = lines.findLast(([, found]) => found === name);
  if (last === undefined) return undefined;
  const [, , plain = '', double, single] = last;
  return double?.replace(/\\(["\\$])/g, '$1') ?? single ?? plain;
}
