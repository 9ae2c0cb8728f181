/**
 * The values in a file of shell assignments, by name. Undefined where the shell would have to run a command to know the
 * value.
 */
export type Assignments = ReadonlyMap<string, string | undefined>;

/** A fault in a file of shell assignments that cannot be read. */
export interface AssignmentFault {
  /** Counted from 1. */
  readonly line: number;
  readonly why: string;
}

/**
 * Reads `NAME=value` lines with the shell's quoting, as os-release(5) and /etc/default/grub have them. `$NAME` and
 * `${NAME}` of earlier lines are replaced. Command substitution and parameters such as `$1` make a value unknown. Lines
 * that assign nothing are other shell code, and are skipped.
 */
export function parseAssignments(text: string, before: Assignments = new Map()): Assignments | AssignmentFault {
  const values = new Map(before);
  const pattern = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=/gm;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const word = readWord(text, pattern.lastIndex, values);
    if (word.end === undefined) {
      return {
        line: text.slice(0, match.index).split('\n').length,
        why: `the quote after ${match[1] ?? ''}= is never closed`,
      };
    }
    values.set(match[1] ?? '', word.value);
    pattern.lastIndex = word.end;
  }
  return values;
}

/** Distinguishes a fault from values. */
export function isAssignmentFault(answer: Assignments | AssignmentFault): answer is AssignmentFault {
  return 'why' in answer;
}

type Word = { readonly value: string | undefined; readonly end: number | undefined };

function readWord(text: string, start: number, values: Assignments): Word {
  let value: string | undefined = '';
  let quote = '';
  let at = start;
  const add = (part: string | undefined): void => {
    value = value === undefined || part === undefined ? undefined : value + part;
  };
  for (; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === '' && /[ \t\r\n\v\f;#&|]/.test(char)) {
      if (char !== '#') break;
      add(char);
    } else if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === '\\' && quote !== "'") {
      at += 1;
      const next = text.charAt(at);
      if (next !== '\n') add(quote === '"' && !/["\\$`]/.test(next) ? `\\${next}` : next);
    } else if (char === '$' && quote !== "'") {
      const name = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/.exec(text.slice(at, at + 200));
      if (name === null) add(/^\$[({0-9@*#?$!-]/.test(text.slice(at, at + 2)) ? undefined : '$');
      else {
        const known = name[1] ?? name[2] ?? '';
        add(values.has(known) ? values.get(known) : '');
        at += name[0].length - 1;
      }
    } else if (char === '`' && quote !== "'") {
      add(undefined);
    } else add(char);
  }
  return { value, end: quote === '' ? at : undefined };
}
