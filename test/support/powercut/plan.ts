import { randomNumbers } from '../random-numbers.ts';
import type { Recording } from './record.ts';

/** Selects power cuts. More prefixes, more subsets or a higher `atMost` mean more cuts. */
export interface CutSelection {
  /** The number of evenly spread prefixes of the log, or all. Prefixes that end at a flush, a mark or the end are additional. */
  readonly prefixes: number | 'all';
  /** The number of random subsets of the writes since a flush, evenly spread over the log. */
  readonly subsets: number;
  /** The seed of the subsets. Use the same seed to repeat a failure. */
  readonly seed: number;
  /** The maximum number of cuts, evenly spread, besides those at the marks. Default: all. */
  readonly atMost?: number;
}

/** One power cut: which entries of the log are on the disk. */
export interface CutPlan {
  /** A description of the cut. */
  readonly label: string;
  readonly kind: 'prefix' | 'subset';
  /** All entries before this index are on the disk, because a flush followed them. */
  readonly durable: number;
  /** The indexes of the later entries that also reached the disk. */
  readonly applied: readonly number[];
  /** If set, the number of bytes of the last of these entries that reached the disk. */
  readonly torn: number | undefined;
  /** The names of the marks that the program reached before the power cut. */
  readonly passed: readonly string[];
  /** The mark at which the power is cut, before any later write. */
  readonly at: string | undefined;
}

const atomicBytes = 4096;

/** Chooses the cuts of a recording, in the order of its log. */
export function planCuts(recording: Recording, selection: CutSelection): CutPlan[] {
  const { writes, marks } = recording;
  const ends = new Set([0, writes.length, ...marks.map((mark) => mark.entries)]);
  writes.forEach((entry, index) => {
    if (entry.kind === 'flush') ends.add(index).add(index + 1);
  });
  const { prefixes } = selection;
  const between = prefixes === 'all' ? writes.map((_entry, index) => index) : spread(writes.length, prefixes);
  for (const end of between) ends.add(end);
  const random = randomNumbers(selection.seed);
  const plans = [
    ...[...ends].map((end) => prefixPlan(recording, end)),
    ...spread(writes.length, selection.subsets).map((end) => subsetPlan(recording, end, random)),
  ];
  plans.sort((a, b) => a.durable - b.durable || (a.applied.at(-1) ?? 0) - (b.applied.at(-1) ?? 0));
  const step = Math.max(1, plans.length / (selection.atMost ?? plans.length));
  return plans.filter(
    (plan, index) => plan.at !== undefined || Math.floor(index / step) !== Math.floor((index - 1) / step),
  );
}

function spread(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => Math.round(((n + 1) * length) / (count + 1)));
}

function prefixPlan(recording: Recording, end: number): CutPlan {
  const durable = lastFlush(recording, end);
  const applied = Array.from({ length: end - durable }, (_, n) => durable + n);
  const at = recording.marks.find(({ entries }) => entries === end)?.name;
  const label = `the first ${end} of ${recording.writes.length} entries`;
  return { label, kind: 'prefix', durable, applied, torn: undefined, passed: passed(recording, end), at };
}

/** A disk may write the entries since the last flush in any order: any subset. In half of the subsets the last entry is torn. */
function subsetPlan(recording: Recording, end: number, random: () => number): CutPlan {
  const durable = lastFlush(recording, end);
  const density = random();
  const since = Array.from({ length: end - durable }, (_, n) => durable + n);
  const applied = since.filter(() => random() < density);
  const last = recording.writes[applied.at(-1) ?? -1];
  const isTorn = random() < 0.5 && last !== undefined && last.kind === 'write' && last.length > atomicBytes;
  const torn = isTorn ? atomicBytes * (1 + Math.floor(random() * (last.length / atomicBytes - 1))) : undefined;
  const label = `entries 0 to ${durable} and, of those up to ${end}, ${applied.join(' ') || 'none'}`;
  return { label, kind: 'subset', durable, applied, torn, passed: passed(recording, end), at: undefined };
}

function lastFlush(recording: Recording, end: number): number {
  for (let index = end - 1; index >= 0; index -= 1) {
    if (recording.writes[index]?.kind === 'flush') return index + 1;
  }
  return 0;
}

function passed(recording: Recording, end: number): string[] {
  return recording.marks.filter((mark) => mark.entries <= end).map((mark) => mark.name);
}
