import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from '../guest/tool.ts';
import type { LoopBtrfs } from '../loop-btrfs.ts';
import { mountBtrfs } from '../loop-btrfs.ts';
import type { CutPlan, CutSelection } from './plan.ts';
import { planCuts } from './plan.ts';
import type { Recording } from './record.ts';
import { fastDirectory } from './record.ts';

/** The disk after a power cut. */
export interface Cut extends CutPlan {
  /** The image. Read it like GRUB (`grubSees`, `runGrub`). Do not change it, except by `consumed`. */
  readonly image: string;
  /** Runs `body` with a writable copy, mounted like at the next boot, with log replay. */
  mounted<T>(body: (fs: LoopBtrfs) => Promise<T>): Promise<T>;
  /** The same with the image itself, as the last use of this cut. */
  consumed<T>(body: (fs: LoopBtrfs) => Promise<T>): Promise<T>;
  /** Runs `body` with the path of a writable copy. */
  copied<T>(body: (copy: string) => Promise<T>): Promise<T>;
}

/**
 * Makes all planned power cuts of a recording in the order of the log, and calls `check` with each resulting disk.
 * Returns the number of cuts.
 */
export async function forEachCut(
  recording: Recording,
  selection: CutSelection,
  check: (cut: Cut) => Promise<void>,
): Promise<number> {
  const directory = await mkdtemp(join(await fastDirectory(), 'be-hook-cuts-'));
  try {
    const disk = join(directory, 'disk');
    await tool('cp', ['--sparse=always', recording.base, disk]);
    const plans = planCuts(recording, selection);
    let durable = 0;
    for (const plan of plans) {
      await apply(recording, disk, range(durable, plan.durable));
      durable = plan.durable;
      const image = join(directory, 'cut');
      await tool('cp', ['--sparse=always', disk, image]);
      await apply(recording, image, plan.applied, plan.torn);
      const copied: Cut['copied'] = (body) => withCopy(image, join(directory, 'copy'), body);
      const mounted: Cut['mounted'] = (body) => copied((copy) => mountBtrfs([copy], body));
      await check({ ...plan, image, copied, mounted, consumed: (body) => mountBtrfs([image], body) });
    }
    return plans.length;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
}

async function withCopy<T>(image: string, copy: string, body: (copy: string) => Promise<T>): Promise<T> {
  await tool('cp', ['--sparse=always', image, copy]);
  try {
    return await body(copy);
  } finally {
    await rm(copy, { force: true });
  }
}

/** Applies entries of the log to an image. If `torn` is set, only the first `torn` bytes of the last entry. */
async function apply(recording: Recording, image: string, indexes: readonly number[], torn?: number): Promise<void> {
  if (indexes.length === 0) return;
  const file = await open(image, 'r+');
  try {
    for (const index of indexes) await applyOne(recording, file, index, index === indexes.at(-1) ? torn : undefined);
  } finally {
    await file.close();
  }
}

async function applyOne(recording: Recording, file: FileHandle, index: number, torn?: number): Promise<void> {
  const entry = recording.writes[index];
  if (entry === undefined || entry.kind === 'flush') return;
  const length = Math.min(entry.length, torn ?? entry.length);
  if (entry.kind === 'write') await file.write(recording.log, entry.dataAt, length, entry.start);
  else await file.write(Buffer.alloc(length), 0, length, entry.start);
}
