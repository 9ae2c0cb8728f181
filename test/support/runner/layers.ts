import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

/** How the files of one layer are run. */
export interface Layer {
  /** Whether its files come before those of all other layers: they take seconds, and tell soon that something is wrong. */
  first: boolean;
  /** How many of its files run at the same time at most. */
  atOnce: number;
  /** Time limit of one file, in seconds. */
  seconds: number;
  /** Seconds that one file is expected to take if no earlier run has measured it. */
  usual: number;
  /** Whether every file gets a process of its own even when the one before it ended well. */
  ownProcess: boolean;
}

/**
 * How many files run at the same time. With one more, emulated machines get so little time that programs with a limit in
 * them, such as the 30 seconds of be-hook-drift.service, end too early.
 */
export const LANES = availableParallelism();

/** An emulated machine never waits, so that each needs a processor, and it has 2 GiB of memory. */
const GUESTS = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / (3 * 2 ** 30))));

/** The layers, fastest first. Each is a folder under test/; what belongs where says test/README.md. */
export const LAYERS = {
  unit: { first: true, atOnce: LANES, seconds: 60, usual: 1, ownProcess: false },
  properties: { first: true, atOnce: LANES, seconds: 120, usual: 10, ownProcess: false },
  integration: { first: false, atOnce: LANES, seconds: 600, usual: 25, ownProcess: true },
  e2e: { first: false, atOnce: LANES, seconds: 600, usual: 15, ownProcess: true },
  guest: { first: false, atOnce: GUESTS, seconds: 1500, usual: 200, ownProcess: true },
} as const satisfies Record<string, Layer>;

/** The name of a layer. */
export type LayerName = keyof typeof LAYERS;

/** Whether a word from the command line names a layer. */
export function isLayerName(word: string): word is LayerName {
  return Object.hasOwn(LAYERS, word);
}

function testFilesIn(folder: string, recursive: boolean): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .sort();
}

/** The test files of a layer; those directly under test/ belong to the unit layer. */
export function testFiles(testRoot: string, layer: LayerName): string[] {
  const files = testFilesIn(join(testRoot, layer), true);
  return layer === 'unit' ? [...testFilesIn(testRoot, false), ...files] : files;
}
