import { unescapeOctal } from './mountinfo.ts';

/** Paths of the files, not the devices, in the text of /proc/swaps (proc_swaps(5)). */
export function parseSwapFiles(text: string): readonly string[] {
  const rows = text.split('\n').map((line) => line.split(/\s+/));
  return rows.flatMap(([path, type]) => (path !== undefined && type === 'file' ? [unescapeOctal(path)] : []));
}
