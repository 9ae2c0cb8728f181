import { sectorSize } from '../../formats/sectors.ts';
import type { FileText } from '../../model/observation.ts';

/*
 * loader.conf of systemd-boot (loader.conf(5)). The last line with a key counts. be-hook's line names the default entry, and
 * always has the same length: FAT cannot replace a file safely, but a disk writes a sector completely or not at all.
 * systemd-boot ignores the blanks at its end.
 */

const width = 240;

/** The entry that boots by default, as loader.conf names it; undefined if it names none. */
export function readDefault(settings: FileText): string | undefined {
  return readSetting(settings, 'default');
}

/** The last value of a setting; undefined if the file has none. */
export function readSetting(settings: FileText, name: string): string | undefined {
  if (settings.kind !== 'text') return undefined;
  return settings.text
    .split('\n')
    .flatMap((text) => {
      const [, key, value] = /^\s*([^\s#]+)\s+(.*?)\s*$/.exec(text) ?? [];
      return key === name && value !== undefined && value !== '' ? [value] : [];
    })
    .at(-1);
}

/** The text of loader.conf in which be-hook's line names an entry. Undefined if the line does not fit into its first sector. */
export function withEntry(settings: FileText, entry: string): string | undefined {
  const line = `default ${entry}`.padEnd(width);
  const present = settings.kind === 'text' ? settings.text : '';
  const changed = replaceOwnLines(present, line);
  const isLast = readDefault({ ...settings, kind: 'text', text: changed }) === entry;
  const text = isLast ? changed : `${present === '' ? '' : present.replace(/\n?$/, '\n')}${line}\n`;
  return line.length > width || text.length > sectorSize || /[^\0-\x7f]/.test(text) ? undefined : text;
}

/**
 * The text of loader.conf after be-hook: its line names an entry of the distribution, or is a comment without one. Undefined
 * if it has no such line.
 */
export function withoutMenu(settings: FileText, entry: string | undefined): string | undefined {
  if (settings.kind !== 'text') return undefined;
  const line = (entry === undefined ? '# be-hook' : `default ${entry}`).padEnd(width);
  const text = replaceOwnLines(settings.text, line.length > width ? '# be-hook'.padEnd(width) : line);
  return text === settings.text ? undefined : text;
}

/** No other line has this length and these blanks at its end. */
function replaceOwnLines(text: string, line: string): string {
  const isOwn = (each: string): boolean => each.length === width && /^(default|#) +\S+ +$/.test(each);
  return text
    .split('\n')
    .map((each) => (isOwn(each) ? line : each))
    .join('\n');
}
