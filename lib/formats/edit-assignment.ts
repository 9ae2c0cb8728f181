/** How a value is quoted: inside of double quotes `$`, backquote and backslash mean something to the shell. */
export type Quoting = 'single' | 'double';

/**
 * A file of shell assignments in which the value of one name is another: the last plain `NAME=value` line is edited as it is
 * written, so that variables in it stay; without one a line is added where there is something to say. A value that goes over
 * several lines stays as it is. `change` sees the text between the quotes, with plain double quotes, and has to escape what
 * it adds by `escapeWord`.
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
  const [all, head = '', quoted = '', tail = ''] = last;
  const quoting = quoted.startsWith("'") ? 'single' : 'double';
  const inner = /^["']/.test(quoted) ? quoted.slice(1, -1) : quoted;
  const before = quoting === 'single' ? inner : inner.replaceAll('\\"', '"');
  const after = change(before, quoting);
  if (after === before) return text;
  return text.slice(0, last.index) + head + quote(after, quoting) + tail + text.slice(last.index + all.length);
}

/** A word such that the shell takes it for what it is, where it is added to a value. */
export function escapeWord(word: string, quoting: Quoting): string {
  return quoting === 'single' ? word : word.replace(/[\\$`]/g, '\\$&');
}

function quote(value: string, quoting: Quoting): string {
  return quoting === 'single' ? `'${value.replaceAll("'", "'\\''")}'` : `"${value.replaceAll('"', '\\"')}"`;
}
