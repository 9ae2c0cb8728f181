import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheRoot } from '../cache.ts';

const path = (): string => join(cacheRoot(), 'durations.json');

function read(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path(), 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The seconds of each test file when it last passed on this machine. Only the order of a run depends on them. */
export function readDurations(testRoot: string): ReadonlyMap<string, number> {
  const known = Object.entries(read());
  return new Map(known.flatMap(([name, value]) => (typeof value === 'number' ? [[join(testRoot, name), value]] : [])));
}

/** Saves the measured durations. Without write access the order of the next run is only less good. */
export function recordDurations(testRoot: string, measured: ReadonlyMap<string, number>): void {
  const rounded = [...measured].map(([file, seconds]) => [relative(testRoot, file), Math.round(seconds * 10) / 10]);
  const text = JSON.stringify({ ...read(), ...Object.fromEntries(rounded) }, undefined, 1);
  const unfinished = `${path()}.${process.pid}`;
  try {
    mkdirSync(dirname(path()), { recursive: true });
    writeFileSync(unfinished, `${text}\n`);
    renameSync(unfinished, path());
  } catch (error) {
    process.stderr.write(`test/run.ts: the durations are not remembered: ${String(error)}\n`);
  }
}
