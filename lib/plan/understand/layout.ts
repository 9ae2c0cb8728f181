import type { FstabEntry } from '../../formats/fstab.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import type { BootDirectoryFacts } from '../../model/observation.ts';

/** Where a root keeps its kernels, from what lies at /boot and what its fstab mounts there. */
export function understandLayout(boot: BootDirectoryFacts, fstab: readonly FstabEntry[]): BootLayout {
  if (boot.kind === 'subvolume') return { kind: 'boot-subvolume', found: `the subvolume /${boot.path}` };
  if (boot.kind === 'placeholder') return { kind: 'boot-placeholder', found: `/${boot.path}` };
  const line = fstab.find((entry) => /^\/boot\/*$/.test(entry.mountpoint));
  if (line !== undefined) {
    const found = `${line.type} on ${line.source}, by line ${line.line} of its fstab`;
    return { kind: line.type === 'btrfs' ? 'boot-subvolume' : 'separate-boot', found };
  }
  if (boot.kind === 'directory' && boot.mountedFrom !== undefined) {
    const kind = boot.mountedFrom.startsWith('btrfs ') ? 'boot-subvolume' : 'separate-boot';
    return { kind, found: `${boot.mountedFrom}, mounted now` };
  }
  return { kind: 'boot-in-root' };
}
