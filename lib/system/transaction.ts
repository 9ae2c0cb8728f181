import { parseProcessWords, parseStartTime } from '../formats/process-words.ts';
import { readText, stat } from './files.ts';

/** A running package manager. */
export interface Transaction {
  /** The command line of its process. */
  readonly args: string;
  /** Identifies the process, also after the kernel gives its number to another process. */
  readonly key: string;
}

/** The process with this number; undefined if no such process runs. */
export function findTransaction(pid: number): Transaction | undefined {
  const place = `/proc/${pid}`;
  if (stat(`${place}/stat`) === undefined) return undefined;
  const boot = readText('/proc/sys/kernel/random/boot_id').trim();
  const start = parseStartTime(readText(`${place}/stat`)) ?? '';
  return { args: parseProcessWords(readText(`${place}/cmdline`)), key: `${boot}/${pid}/${start}` };
}
