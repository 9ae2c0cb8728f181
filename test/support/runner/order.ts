import type { LayerName } from './layers.ts';
import { LAYERS } from './layers.ts';

/** A test file and the layer it belongs to. */
export interface LayerFile {
  readonly layer: LayerName;
  readonly file: string;
}

/**
 * The order in which the files of all layers start: by turn, and in each turn the longest file first, because otherwise
 * a long file could be the last one. `seconds` are the durations of an earlier run.
 */
export function inOrder<F extends LayerFile>(files: readonly F[], seconds: ReadonlyMap<string, number>): readonly F[] {
  const expected = ({ file, layer }: LayerFile): number => seconds.get(file) ?? LAYERS[layer].usual;
  return files.toSorted((a, b) => LAYERS[a.layer].turn - LAYERS[b.layer].turn || expected(b) - expected(a));
}
