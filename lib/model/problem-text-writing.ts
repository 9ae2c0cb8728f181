import type { BootShortage } from './boot-shortage.ts';
import type { Messages } from './problem-text-type.ts';

type WritingCode =
  | 'record-too-large'
  | 'record-unreadable'
  | 'no-space'
  | 'space-short'
  | 'boot-space-short'
  | 'filesystem-read-only'
  | 'write-refused';

/** Messages about files that cannot be written. */
export const writingWords: Messages<WritingCode> = {
  'no-space': ({ path, unchanged, shortage, again }) => ({
    message: `cannot write /${path}: no space left${amounts(shortage)}${nothingChanged(unchanged)}`,
    hint:
      shortage === undefined
        ? `free some space (btrfs filesystem usage shows where it is, btrfs qgroup show -re which quota is reached), ${then(again)}`
        : `${waysToFree(shortage)}; ${then(again)}`,
  }),
  'boot-space-short': (shortage) => ({
    message: `cannot keep copies of the kernels on /boot: ${needs(shortage)}`,
    hint: `${waysToFree(shortage)}; then ${shortage.refused === true ? 'run the command again' : 'run: be-hook sync'}`,
  }),
  'space-short': ({ needed, free }) => ({
    message: `cannot copy: this needs ${atLeast(needed)} on the file system, and ${atMost(free)} are free; nothing was changed`,
    hint: 'free some space, for example: be-hook destroy NAME',
  }),
  'record-too-large': ({ path, bytes, limit }) => ({
    message: `cannot record the kernels of /${path}: the record needs ${bytes} bytes, and this btrfs stores ${limit} bytes in an attribute`,
    hint: 'remove old kernels in this environment, or shorten their command lines, then run the command again',
  }),
  'record-unreadable': ({ path }) => ({
    message: `cannot read the record of the kernels of /${path}; be-hook neither overwrites it nor deletes copies of kernels`,
    hint: 'use the newer be-hook that wrote it; if it is damaged, delete it (be-hook mount NAME DIR, then setfattr -x trusted.be-hook.kernels DIR), then run: be-hook sync',
  }),
  'filesystem-read-only': ({ path, unchanged, again }) => ({
    message: `cannot write /${path}: the file system is read-only${nothingChanged(unchanged)}`,
    hint: `mount it writable, ${then(again)}`,
  }),
  'write-refused': ({ path, why, again }) => ({
    message: `cannot write /${path} (${why})`,
    hint: `check whether it is immutable (lsattr) or a directory, ${then(again)}`,
  }),
};

function then(command = 'sync'): string {
  return `then run: be-hook ${command}`;
}

function nothingChanged(unchanged: true | undefined): string {
  return unchanged === true ? '; nothing was changed' : '';
}

function amounts(shortage: BootShortage | undefined): string {
  return shortage === undefined ? '' : `: ${needs(shortage)}`;
}

function needs({ needed, free }: BootShortage): string {
  return `${atLeast(needed)} are needed, and ${atMost(free)} are free`;
}

/** An imperative phrase. */
function waysToFree({ remedies, oldKernels = [] }: BootShortage): string {
  const commands = (remedies ?? []).map(({ command, bytes }) => `be-hook ${command.join(' ')} (${atMost(bytes)})`);
  const kernels = oldKernels.map(({ release, bytes }) => `${release} (${atMost(bytes)})`);
  const ways = [
    ...(commands.length === 0 ? [] : [`free space on /boot with: ${commands.join(', ')}`]),
    ...(kernels.length === 0 ? [] : [`remove an old kernel with the package manager: ${kernels.join(', ')}`]),
  ];
  if (ways.length > 0) return ways.join('; or ');
  return remedies === undefined
    ? 'destroy a boot environment or remove an old kernel'
    : 'remove files that are no kernels from /boot, or enlarge it: no boot environment and no old kernel can be deleted to free space there';
}

/** Rounded up, so that this much suffices. */
function atLeast(bytes: number): string {
  return amount(bytes, (value) => Math.ceil(value));
}

/** Rounded down, so that there is this much. */
function atMost(bytes: number): string {
  return amount(bytes, (value) => Math.floor(value));
}

function amount(bytes: number, round: (value: number) => number): string {
  return bytes < 10 * 2 ** 20 ? `${round(bytes / 1024)} KiB` : `${round(bytes / 2 ** 20)} MiB`;
}
