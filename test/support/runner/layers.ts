import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

/** The rules for the files of one layer. */
export interface Layer {
  /** Whether its files run before all other layers: they take seconds, and report mistakes early. */
  first: boolean;
  /** The maximum number of its files that run at the same time. */
  atOnce: number;
  /** Time limit of one file, in seconds. */
  seconds: number;
  /** The expected seconds of a file that no earlier run has measured. */
  usual: number;
  /** Whether every file needs a new process, even after a file that passed. */
  ownProcess: boolean;
}

/**
 * The number of files that run at the same time. With one more, emulated machines are so slow that programs with a time
 * limit, such as the 30 seconds of be-hook-drift.service, end too early.
 */
export const LANES = availableParallelism();

/** An emulated machine is always busy, so each needs a processor. It has 2 GiB of memory. */
const GUESTS = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / (3 * 2 ** 30))));

/** The layers, fastest first. Each is a folder under test/. test/README.md describes them. */
export const LAYERS = {
  unit: { first: true, atOnce: LANES, seconds: 60, usual: 1, ownProcess: false },
  properties: { first: true, atOnce: LANES, seconds: 120, usual: 10, ownProcess: false },
  integration: { first: false, atOnce: LANES, seconds: 600, usual: 25, ownProcess: true },
  e2e: { first: false, atOnce: LANES, seconds: 600, usual: 15, ownProcess: true },
  guest: { first: false, atOnce: GUESTS, seconds: 1500, usual: 200, ownProcess: true },
} as const satisfies Record<string, Layer>;

/** The name of a layer. */
export type LayerName = keyof typeof LAYERS;

/** Whether a command line argument names a layer. */
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

/** The test files of a layer. Files directly under test/ belong to the unit layer. */
export function testFiles(testRoot: string, layer: LayerName): string[] {
  const files = testFilesIn(join(testRoot, layer), true);
  return layer === 'unit' ? [...testFilesIn(testRoot, false), ...files] : files;
}
