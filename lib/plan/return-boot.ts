import { editBlsOptions } from '../formats/bls-entry.ts';
import { commandLineFor, parseCommandLine, printCommandLine } from '../formats/kernel-command-line.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { Kernel } from '../model/kernel.ts';
import { type KeptKind, keptPlace, type RecordedFile } from '../model/kernel-record.ts';
import type { FileText, Observation } from '../model/observation.ts';
import { onBoot, type Place } from '../model/place.ts';
import type { Step } from '../model/step.ts';
import { findEntryOf, listBlsEntries, type NamedEntry } from './interpret/bls-entries.ts';
import { findImage, findInitrd, isVersion } from './interpret/kernels.ts';
import { removeBeforeKeeping, replaceFiles, replacesSafely } from './replace-files.ts';
import type { World } from './world.ts';

/** What makes the distribution's own menu on a separate /boot boot one environment. */
export interface ReturnedBoot {
  /** Each group must be on disk before the next one begins. */
  readonly groups: readonly (readonly Step[])[];
  /** The id of the boot loader entry of its default kernel. Undefined if no entry boots that kernel. */
  readonly entry: string | undefined;
}

const reason = 'the distribution must boot the active environment without be-hook';

/**
 * Puts the kernels of the active environment on a separate /boot under the names of the distribution, and makes the
 * boot loader entries name its root. Other environments may have overwritten both. There are no steps where the active
 * environment has a /boot of its own.
 */
export function returnBoot({ observation, state, loader }: World): ReturnedBoot {
  const active = state.environments.find((environment) => environment.active);
  const root = observation.roots.find(({ subvolume }) => subvolume.id === active?.subvolume.id);
  if (active?.keptImages === undefined || root === undefined) return { groups: [], entry: undefined };
  const kernels = active.kernels.filter(({ release }) => isVersion(release));
  const entries = listBlsEntries(root);
  const names = loader.can.readsEntries ? namesByToken(entries) : ownNames(entries);
  const location = { filesystemUuid: observation.filesystem.uuid, subvolume: active.subvolume };
  const files = kernels.flatMap((kernel) => {
    const options = printCommandLine(commandLineFor(kernel.options, location));
    const found = findEntryOf(entries, kernel.release);
    if (found === undefined) return names === undefined ? [] : newEntry(active, kernel, options, names);
    const file = root.blsEntries.find(({ path }) => path === found.path);
    return file?.kind === 'text' ? withOptions(file, options) : [];
  });
  const restored = kernels.flatMap((kernel) => restoreFiles(active, kernel, observation, names));
  const changed = files.map((file) => ({ file, present: root.blsEntries.find(({ path }) => path === file.path) }));
  const { removals, writes } = replaceFiles(changed, reason, replacesSafely('boot', observation));
  const chosen = kernels.find(({ release }) => release === active.savedEntry.release) ?? kernels[0];
  const entry = findEntryOf([...entries, ...listBlsEntries({ ...root, blsEntries: files })], chosen?.release ?? '');
  return {
    groups: [[...removeBeforeKeeping(restored, observation), ...removals], restored, writes],
    entry: entry?.id,
  };
}

/** How the distribution names the files of a kernel on a separate /boot: paths from its top. */
interface DistributionNames {
  readonly image: (release: string) => string;
  readonly initrd: (release: string) => string;
  readonly entry: (release: string) => string;
  /** Lines of an entry that only the distribution's boot loader reads. */
  readonly lines: readonly string[];
}

/** The names of Fedora's 20-grub.install. Undefined without entries: their names begin with the machine id. */
function ownNames(entries: readonly NamedEntry[]): DistributionNames | undefined {
  const prefix = entries.flatMap(({ id }) => /^[0-9a-f]{32}-/.exec(id)?.[0] ?? [])[0];
  if (prefix === undefined) return undefined;
  return {
    image: (release) => `vmlinuz-${release}`,
    initrd: (release) => `initramfs-${release}.img`,
    entry: (release) => `loader/entries/${prefix}${release}.conf`,
    lines: ['grub_users $grub_users', 'grub_arg --unrestricted', 'grub_class fedora'],
  };
}

/** The names of systemd's 90-loaderentry.install. Undefined without entries: all names begin with their token. */
function namesByToken(entries: readonly NamedEntry[]): DistributionNames | undefined {
  const token = entries.flatMap(({ entry: { linux = '' } }) => /^\/*([^/]+)\/[^/]+\/linux$/.exec(linux)?.[1] ?? [])[0];
  if (token === undefined) return undefined;
  return {
    image: (release) => `${token}/${release}/linux`,
    initrd: (release) => `${token}/${release}/initrd`,
    entry: (release) => `loader/entries/${token}-${release}.conf`,
    lines: [],
  };
}

/**
 * Copies kept files back to the names of the distribution, if these have another content. A file in /boot shows which of
 * the names the distribution uses.
 */
function restoreFiles(
  { keptImages }: BootEnvironment,
  { release }: Kernel,
  { boot }: Observation,
  names: DistributionNames | undefined,
): readonly Step[] {
  const { image, initrd } = keptImages?.record.kernels[release] ?? {};
  const present = [findImage(release, boot?.files ?? []), findInitrd(release, boot?.files ?? [])];
  const [imagePath, initrdPath] = present.map((file) => file?.path);
  return [
    ...restore('vmlinuz', release, image, onBoot(imagePath ?? names?.image(release) ?? `vmlinuz-${release}`)),
    ...restore(
      'initramfs',
      release,
      initrd,
      onBoot(initrdPath ?? names?.initrd(release) ?? `initramfs-${release}.img`),
    ),
  ];
}

function restore(kind: KeptKind, release: string, file: RecordedFile | undefined, to: Place): readonly Step[] {
  // With a stamp, the file in /boot has this content now.
  if (file?.digest === undefined || file.stamp !== undefined) return [];
  const { digest, size } = file;
  return [{ kind: 'keep-file', ...to, from: keptPlace(kind, release, digest), digest, size, reason }];
}

/** An entry with these options. A variable of GRUB in them stays, because be-hook knows the other words only. */
function withOptions(file: FileText & { readonly kind: 'text' }, options: string): readonly FileText[] {
  const text = editBlsOptions(file.text, (old) => {
    const variables = parseCommandLine(old).filter((word) => word.startsWith('$'));
    return [options, ...variables].join(' ');
  });
  return text === file.text ? [] : [{ ...file, text }];
}

/** An entry like those of the distribution. */
function newEntry(
  { title }: BootEnvironment,
  { release }: Kernel,
  options: string,
  names: DistributionNames,
): readonly FileText[] {
  const lines = [
    `title ${title} (${release})`,
    `version ${release}`,
    `linux /${names.image(release)}`,
    `initrd /${names.initrd(release)}`,
    `options ${options}`,
    ...names.lines,
  ];
  return [{ kind: 'text', on: 'boot', path: names.entry(release), text: `${lines.join('\n')}\n` }];
}
