/** How a value is quoted. Inside of double quotes `$`, backquote and backslash have a meaning for the shell. */
export type Quoting = 'single' | 'double';

/**
 * Changes the value of one name in a file of shell assignments. It edits the text of the last plain `NAME=value` line,
 * so that variables in the value stay. If no line assigns the name, it adds a line, unless the new value is empty. A
 * value of several lines stays as it is. `change` gets the text between the quotes, with plain double quotes. It has to
 * escape what it adds with `escapeWord`.
 */
export function editAssignment(
  text: string,
  name: string,
  change: (value: string, quoting: Quoting) => string,
): string {
  const start = `^[ \\t]*(?:export[ \\t]+)?${name}=`;
  const value = '"(?:[^"\\\\\\n]|\\\\.)*"|\'[^\'\\n]*\'|[^\\s"\'#;]*';
  const last = [...text.matchAll(new RegExp(`(${start})(${value})([ \\t]*(?:#.*)?)$`, 'gm'))].at(-1);
  if (last === undefined) {
    if (new RegExp(start, 'm').test(text)) return text;
    const added = change('', 'double');
    const end = text === '' || text.endsWith('\n') ? '' : '\n';
    return added === '' ? text : `${text}${end}${name}=${quote(added, 'double')}\n`;
  }
  const [assignment, head = '', quoted = '', tail = ''] = last;
  const quoting = quoted.startsWith("'") ? 'single' : 'double';
  const inner = /^["']/.test(quoted) ? quoted.slice(1, -1) : quoted;
  const before = quoting === 'single' ? inner : inner.replaceAll('\\"', '"');
  const after = change(before, quoting);
  if (after === before) return text;
  return text.slice(0, last.index) + head + quote(after, quoting) + tail + text.slice(last.index + assignment.length);
}

/** A word to add to a value, escaped so that the shell reads it literally. */
export function escapeWord(word: string, quoting: Quoting): string {
  return quoting === 'single' ? word : word.replace(/[\\$`]/g, '\\$&');
}

function quote(value: string, quoting: Quoting): string {
  return quoting === 'single' ? `'${value.replaceAll("'", "'\\''")}'` : `"${value.replaceAll('"', '\\"')}"`;
}
