/**
 * Reads `getfattr --absolute-names -e hex -d -m PATTERN PATH…`: attributes by path. getfattr escapes line breaks,
 * carriage returns and backslashes in paths as octal (attr's misc/quote.c); values are hexadecimal UTF-8.
 */
export function parseGetfattr(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const files = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const path = /^# file: (.*)$/s.exec(line)?.[1];
    const [, name, hex] = /^([^=]+)=0x([0-9a-f]*)$/i.exec(line) ?? [];
    if (path !== undefined) {
      current = new Map();
      files.set(unescapePath(path), current);
    } else if (name !== undefined && hex !== undefined) {
      current.set(name, decodeHex(hex));
    }
  }
  return files;
}

function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function decodeHex(hex: string): string {
  try {
    return decodeURIComponent(hex.replace(/../g, '%$&')).replace(/\0$/, '');
  } catch {
    return '\ufffd';
  }
}
