import * as v from 'valibot';
import { parseJsonObject, readValue } from './json.ts';

/** One line of the history: the user, the request and its time. */
export interface HistoryEntry {
  /** Seconds since 1970. */
  readonly time: number;
  readonly user: string;
  readonly command: readonly string[];
}

const strings = v.pipe(
  v.array(v.unknown()),
  v.transform((strings) => strings.map(String)),
);
const entry = v.object({ time: v.number(), user: v.string(), command: strings });

/** Reads the history. It skips a line that is incomplete or invalid. */
export function parseHistory(text: string): readonly HistoryEntry[] {
  return text.split('\n').flatMap((line) => readValue(entry, parseJsonObject(line)) ?? []);
}
