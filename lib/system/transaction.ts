import { parseProcessWords, parseStartTime } from '../formats/process-words.ts';
import { readText, stat } from './files.ts';

/** A package manager at work. */
export interface Transaction {
  /** The words that its process was started with. */
  readonly words: string;
  /** Says which process of all times it is, so that a number that is given again says nothing. */
  readonly key: string;
}

/** What is known of the process with this number; undefined if there is none. */
export function findTransaction(pid: number): Transaction | undefined {
  const place = `/proc/${pid}`;
  if (stat(`${place}/stat`) === undefined) return undefined;
  const boot = readText('/proc/sys/kernel/random/boot_id').trim();
  const start = parseStartTime(readText(`${place}/stat`)) ?? '';
  return { words: parseProcessWords(readText(`${place}/cmdline`)), key: `${boot}/${pid}/${start}` };
}
