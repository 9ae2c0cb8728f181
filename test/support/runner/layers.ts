import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** How the files of one layer are run. */
export interface Layer {
  /** How many files run at the same time. */
  concurrency: number;
  /** Time limit of one file. */
  seconds: number;
  /** Whether every file gets a process of its own even when the one before it ended well. */
  ownProcess: boolean;
}

/** The layers, fastest first. Each is a folder under test/; what belongs where says test/README.md. */
export const LAYERS = {
  unit: { concurrency: 2, seconds: 60, ownProcess: false },
  properties: { concurrency: 2, seconds: 120, ownProcess: false },
  integration: { concurrency: 2, seconds: 600, ownProcess: true },
  e2e: { concurrency: 2, seconds: 600, ownProcess: true },
  guest: { concurrency: 2, seconds: 1500, ownProcess: true },
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
