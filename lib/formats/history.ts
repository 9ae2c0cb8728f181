import * as v from 'valibot';
import { parseJsonObject, readValue } from './json.ts';

/** One line of the history: who asked for what, and when. */
export interface HistoryEntry {
  /** Seconds since 1970. */
  readonly time: number;
  readonly user: string;
  readonly command: readonly string[];
}

const words = v.pipe(
  v.array(v.unknown()),
  v.transform((all) => all.map(String)),
);
const entry = v.object({ time: v.number(), user: v.string(), command: words });

/** Reads the history. A line that was cut short, or that nobody understands, is passed over. */
export function parseHistory(text: string): readonly HistoryEntry[] {
  return text.split('\n').flatMap((line) => readValue(entry, parseJsonObject(line)) ?? []);
}
