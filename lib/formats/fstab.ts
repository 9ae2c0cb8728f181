import { isProblem, type Problem } from '../model/problem.ts';
import { unescapeOctal } from './mountinfo.ts';

/** One line of fstab(5) that mounts something. */
export interface FstabEntry {
  /** Counted from 1. */
  readonly line: number;
  readonly source: string;
  readonly mountpoint: string;
  readonly type: string;
  readonly options: readonly string[];
}

/**
 * Reads fstab(5). It skips comments and blank lines. Returns `file-malformed` for a line with fewer than three fields.
 */
export function parseFstab(text: string, path = 'etc/fstab'): readonly FstabEntry[] | Problem {
  const entries: FstabEntry[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [source = '', mountpoint, type, options] = line.trim().split(/[ \t]+/);
    if (source === '' || source.startsWith('#')) continue;
    if (mountpoint === undefined || type === undefined || text.includes('\0')) {
      const hint = 'write a device, a mount point, a type and options; see fstab(5)';
      return { code: 'file-malformed', path, line: index + 1, why: 'this is not a line of an fstab', hint };
    }
    entries.push({
      line: index + 1,
      source: unescapeOctal(source),
      mountpoint: unescapeOctal(mountpoint),
      type,
      options: (options ?? 'defaults').split(','),
    });
  }
  return entries;
}

/** Whether a line names a file system by one of these names. `UUID="…"` and `UUID=…` mean the same (fstab(5)). */
export function isNamedBy({ source }: Pick<FstabEntry, 'source'>, names: readonly string[]): boolean {
  return names.includes(source.replace(/^([A-Z]+=)"(.*)"$/, '$1$2'));
}

/** The new fields of a line of fstab. */
export interface FstabChange {
  readonly source?: string;
  readonly type?: string;
  readonly options: readonly string[];
}

/**
 * Changes the sources, types and options of some lines of an fstab. Everything else stays as it is, comments and spacing
 * included. `change` returns the new fields of a line, or undefined to leave it. Returns the same problems as `parseFstab`.
 */
export function editFstab(
  text: string,
  path: string,
  change: (entry: FstabEntry) => FstabChange | undefined,
): string | Problem {
  const entries = parseFstab(text, path);
  if (isProblem(entries)) return entries;
  const changes = new Map(entries.map((entry) => [entry.line, change(entry)]));
  const lines = text.split('\n').map((line, index) => {
    const changed = changes.get(index + 1);
    if (changed === undefined) return line;
    const [, indent = '', old = '', head = '', type = '', rest = ''] =
      /^(\s*)(\S+)(\s+\S+\s+)(\S+)(.*)$/s.exec(line) ?? [];
    const [, gap = ' ', tail = ''] = /^(\s+)\S+(.*)$/s.exec(rest) ?? [];
    return `${indent}${changed.source ?? old}${head}${changed.type ?? type}${gap}${changed.options.join(',')}${tail}`;
  });
  return lines.join('\n');
}

/** A path or an option as fstab(5) writes it: white space and backslashes as octal numbers. */
export function escapeOctal(text: string): string {
  return text.replace(/[ \t\n\\]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
