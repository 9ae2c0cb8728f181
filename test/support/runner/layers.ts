import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

/** The rules for the files of one layer. */
export interface Layer {
  /** The layers run in this order. Files of layers with the same number are mixed. */
  turn: number;
  /** The number of lanes that stay idle while one of its files runs. */
  idleLanes: number;
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
 * The number of files that run at the same time. A file waits for the kernel during half of its time: for mounts, for
 * loop devices and for the end of namespaces.
 */
export const LANES = Math.ceil(availableParallelism() * 1.5);

/**
 * An emulated machine never waits. With more files beside it, it is so slow that programs with a time limit, such as the
 * 30 seconds of be-hook-drift.service, end too early.
 */
const idleLanes = LANES - availableParallelism();

/** An emulated machine is always busy, so each needs a processor. It has 2 GiB of memory. */
const GUESTS = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / (3 * 2 ** 30))));

/** The layers, fastest first: the unit tests and properties report mistakes early. Each is a folder under test/. test/README.md describes them. */
export const LAYERS = {
  static: { turn: 1, idleLanes: 0, atOnce: 1, seconds: 900, usual: 150, ownProcess: true },
  unit: { turn: 1, idleLanes: 0, atOnce: LANES, seconds: 60, usual: 1, ownProcess: false },
  properties: { turn: 1, idleLanes: 0, atOnce: LANES, seconds: 120, usual: 10, ownProcess: false },
  integration: { turn: 3, idleLanes: 0, atOnce: LANES, seconds: 600, usual: 25, ownProcess: true },
  e2e: { turn: 3, idleLanes: 0, atOnce: LANES, seconds: 600, usual: 15, ownProcess: true },
  guest: { turn: 2, idleLanes, atOnce: GUESTS, seconds: 1500, usual: 200, ownProcess: true },
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
