import type { Plan } from '../model/step.ts';

/** Bytes of a block. A file takes whole blocks (mkfs.ext4, mkfs.xfs and mkfs.btrfs: 4096 bytes by default). */
const block = 4096;

/** The bytes that a plan writes to a separate /boot, in whole blocks. */
export function bytesForBoot({ steps }: Pick<Plan, 'steps'>): number {
  return steps.reduce((total, step) => {
    if (step.kind === 'keep-file' && step.on === 'boot') return total + inBlocks(step.size);
    if (step.kind === 'write-file' && step.on === 'boot') return total + inBlocks(bytesOf(step.text));
    return total;
  }, 0);
}

/** The length of a text in UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function inBlocks(bytes: number): number {
  return Math.ceil(bytes / block) * block;
}
