import { menuNames } from '../../../lib/bootloaders/grub/pointer.ts';
import { printKernelRecord } from '../../../lib/formats/kernel-record.ts';
import { textFitsInPlace } from '../../../lib/formats/sectors.ts';
import { abilities } from '../../../lib/model/filesystem-type.ts';
import type { FileText, Observation, StampedFile } from '../../../lib/model/observation.ts';
import { type Place, printPlace } from '../../../lib/model/place.ts';
import type { Step } from '../../../lib/model/step.ts';
import { listUndigested } from '../../../lib/plan/interpret/undigested.ts';
import { applyInMemory } from '../apply-in-memory.ts';
import { aHome, noFile, textFile, withGrub } from '../builders.ts';
import { digestOf, separateBoot } from '../separate-boot-facts.ts';
import { observe as observeRoots } from '../sequences/memory.ts';

/** A machine in memory with a separate /boot. */
export interface BootMachine {
  /** The btrfs. Its facts contain nothing of the separate /boot: see `observe`. */
  readonly disk: Observation;
  readonly boot: BootFiles;
  readonly type: BootType;
}

/** The types of file systems that the model knows. */
export type BootType = 'ext4' | 'vfat';

/** The files of the separate /boot by their paths. */
export type BootFiles = ReadonlyMap<string, BootText>;

/** A file of the separate /boot. */
export interface BootText {
  readonly text: string;
  /** Differs after each write, also of the same text. */
  readonly stamp: string;
}

/** The contents of the two files of a kernel. */
export interface KernelContents {
  readonly image: string;
  readonly initrd: string;
}

/** The sizes of all kernels and initrds are equal, so that only their contents differ. In bytes. */
export const sizeOfFiles = 1 << 20;

/** The GRUB directory in /boot. */
export const menuDirectory = 'grub2';

/** The paths in /boot of a kernel's files, with the names that kernel-install uses. */
export function bootPathsOf(release: string): { readonly image: string; readonly initrd: string } {
  return { image: `vmlinuz-${release}`, initrd: `initramfs-${release}.img` };
}

/** The facts of a machine. `candidates` are further roots that the command observes, `all` says which digests it requests. */
export function observe(
  { disk, boot, type }: BootMachine,
  { candidates = [], all = false }: { readonly candidates?: readonly string[]; readonly all?: boolean } = {},
): Observation {
  const stamped = (paths: readonly string[]): readonly StampedFile[] => paths.map((path) => bootFileAt(path, boot));
  const isKept = (path: string): boolean => path.startsWith('be-hook/');
  const paths = [...boot.keys()];
  const seen = observeRoots(disk, candidates);
  const observation: Observation = {
    ...seen,
    roots: seen.roots.map((root) => ({
      ...root,
      ...withGrub(root, { menuDirectories: [sharedDirectory(boot, type)] }),
    })),
    boot: separateBoot(stamped(paths.filter((path) => !path.includes('/'))), {
      kept: stamped(paths.filter(isKept)),
      type,
    }),
  };
  const requested = listUndigested(observation, all);
  const digests = requested.map((place) => [printPlace(place), digestOf(contentAt(place, { disk, boot, type }))]);
  return { ...observation, digests: Object.fromEntries(digests) as Record<string, string> };
}

function bootFileAt(path: string, boot: BootFiles): StampedFile {
  const name = path.split('/').at(-1) ?? '';
  return {
    name,
    on: 'boot',
    path,
    target: path,
    size: sizeOfFiles,
    fault: undefined,
    stamp: boot.get(path)?.stamp ?? '',
  };
}

function sharedDirectory(boot: BootFiles, type: BootType): ReturnType<typeof aHome> {
  const read = (name: string): FileText => {
    const path = `${menuDirectory}/${name}`;
    const text = boot.get(path)?.text;
    return { ...(text === undefined ? noFile(path) : textFile(path, text)), on: 'boot' };
  };
  const files = { grubCfg: read('grub.cfg'), menu: read('be-hook.cfg'), grubenv: read('grubenv') };
  const inPlace = { menus: menuNames.map(read), custom: read('custom.cfg') };
  return { ...aHome(menuDirectory), on: 'boot', ...files, ...(abilities[type].atomicRename ? {} : { inPlace }) };
}

/** The content of a kernel or initrd. Throws for a missing file. */
function contentAt(place: Place, { disk, boot }: BootMachine): string {
  if (place.on === 'boot') {
    const found = boot.get(place.path);
    if (found === undefined) throw new Error(`there is no ${printPlace(place)}`);
    return found.text;
  }
  const image = disk.roots.flatMap(({ moduleImages }) => moduleImages).find(({ path }) => path === place.path);
  if (image === undefined || !('stamp' in image)) throw new Error(`there is no ${printPlace(place)}`);
  return String(image.stamp);
}

/** One write to the separate /boot. Undefined removes the file. */
export interface BootWrite {
  readonly path: string;
  readonly file: BootText | undefined;
}

/** The write of a step to the separate /boot. Undefined for steps that write something else. */
export function bootWriteOf(step: Step, machine: BootMachine): BootWrite | undefined {
  if (!('on' in step) || step.on !== 'boot' || step.kind === 'sync-filesystem') return undefined;
  const { path } = step;
  if (!abilities[machine.type].atomicRename) checkReplacement(step, machine.boot.get(path)?.text);
  if (step.kind === 'write-file') return { path, file: { text: step.text, stamp: 'be-hook' } };
  if (step.kind === 'remove-file') return { path, file: undefined };
  if (step.kind !== 'keep-file') throw new Error(`the model does not know the step ${step.kind} on /boot`);
  const text = contentAt(step.from, machine);
  if (digestOf(text) !== step.digest) throw new Error(`${printPlace(step.from)} has another content`);
  return { path, file: { text, stamp: 'be-hook' } };
}

/** On FAT a step may only make a file with a new name, or overwrite one sector. A whole copy stays as it is. */
function checkReplacement(step: Step & Place, present: string | undefined): void {
  if (present === undefined || step.kind === 'remove-file') return;
  const isAllowed =
    (step.kind === 'write-file' && textFitsInPlace(present, step.text)) ||
    (step.kind === 'keep-file' && (present === 'torn' || digestOf(present) === step.digest));
  if (!isAllowed) throw new Error(`${step.kind} replaces ${step.path} on FAT`);
}

/** The files after some writes. */
export function withWrites(boot: BootFiles, writes: readonly BootWrite[]): BootFiles {
  const files = new Map(boot);
  for (const { path, file } of writes) {
    if (file === undefined) files.delete(path);
    else files.set(path, file);
  }
  return files;
}

/** The machine after these steps. */
export function apply(machine: BootMachine, steps: readonly Step[]): BootMachine {
  return steps.reduce(applyStep, machine);
}

function applyStep(machine: BootMachine, step: Step): BootMachine {
  const write = bootWriteOf(step, machine);
  if (write !== undefined) return { ...machine, boot: withWrites(machine.boot, [write]) };
  return { ...machine, disk: applyToDisk(machine.disk, step) };
}

/** The btrfs after a step that does not write to the separate /boot. */
export function applyToDisk(disk: Observation, step: Step): Observation {
  if (step.kind !== 'set-kernels') return applyInMemory(disk, [step]);
  const { path, kernels } = step;
  const others = disk.attributes.filter((attribute) => attribute.path !== path || attribute.name !== 'kernels');
  const record = kernels === undefined ? [] : [{ path, name: 'kernels', value: printKernelRecord(kernels) }];
  return { ...disk, attributes: [...others, ...record] };
}

/** The text of GRUB's own file on the separate /boot; empty if it is missing. */
export function menuTextOf(boot: BootFiles, name: string): string {
  return boot.get(`${menuDirectory}/${name}`)?.text ?? '';
}
