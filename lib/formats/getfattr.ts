/** Attributes by path. */
export type Attributes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** As `parseRawGetfattr`, with the values decoded as text. */
export function parseGetfattr(text: string): Attributes {
  const decode = (raw: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
    new Map([...raw].map(([name, hex]) => [name, decodeHex(hex)]));
  return new Map([...parseRawGetfattr(text)].map(([path, raw]) => [path, decode(raw)]));
}

/**
 * Reads `getfattr --absolute-names -e hex -d -m PATTERN PATH…`: attributes by path, with the hexadecimal digits of their
 * values. getfattr escapes line breaks, carriage returns and backslashes in paths as octal (attr's misc/quote.c).
 */
export function parseRawGetfattr(text: string): Attributes {
  const files = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of text.split('\n')) {
    const path = /^# file: (.*)$/s.exec(line)?.[1];
    const [, name, hex] = /^([^=]+)=0x([0-9a-f]*)$/i.exec(line) ?? [];
    if (path !== undefined) {
      current = new Map();
      files.set(unescapePath(path), current);
    } else if (name !== undefined && hex !== undefined) {
      current.set(name, hex);
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
