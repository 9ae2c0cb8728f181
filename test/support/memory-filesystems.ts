import type { FilesystemId, Place } from '../../lib/model/place.ts';
import { printPlace } from '../../lib/model/place.ts';
import type { Step } from '../../lib/model/step.ts';

/** What a power cut makes of one write that no barrier followed. Only a file with a new name can be torn. */
export const outcomes = ['lost', 'whole', 'torn'] as const;

/** One of `outcomes`. */
export type Outcome = (typeof outcomes)[number];

/** The texts of all files, by their printed places. */
export type Files = ReadonlyMap<string, string>;

interface Write {
  readonly place: Place;
  /** Undefined removes the file. */
  readonly text: string | undefined;
}

/**
 * File systems in memory. Each has its own writes that are not on disk yet, and a barrier of one file system does nothing
 * for the others.
 */
export class MemoryFilesystems {
  readonly #durable = new Map<string, string>();
  #pending: readonly Write[] = [];

  write(place: Place, text: string | undefined): void {
    this.#pending = [...this.#pending, { place, text }];
  }

  /** Carries out a step as `apply` does. Steps that write no file change nothing that a boot loader reads. */
  execute(step: Step): void {
    if (step.kind === 'write-file') this.write(step, step.text);
    if (step.kind === 'remove-file') this.write(step, undefined);
    if (step.kind === 'sync-filesystem') this.sync(step.on);
  }

  sync(on: FilesystemId): void {
    for (const write of this.#pending) if (write.place.on === on) put(this.#durable, write);
    this.#pending = this.#pending.filter(({ place }) => place.on !== on);
  }

  /** The files after a power cut. The outcomes are for the writes that are not on disk, in their order, repeatedly. */
  cut(choices: readonly Outcome[]): Files {
    const files = new Map(this.#durable);
    for (const [index, { place, text }] of this.#pending.entries()) {
      const outcome = choices[index % choices.length];
      const isNew = !files.has(printPlace(place));
      if (outcome === 'whole') put(files, { place, text });
      if (outcome === 'torn' && isNew && text !== undefined)
        put(files, { place, text: text.slice(0, text.length / 2) });
    }
    return files;
  }
}

function put(files: Map<string, string>, { place, text }: Write): void {
  if (text === undefined) files.delete(printPlace(place));
  else files.set(printPlace(place), text);
}
