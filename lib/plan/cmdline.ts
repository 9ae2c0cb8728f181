import { editCommandLineFile } from '../formats/cmdline-file.ts';
import { escapeWord, type Quoting } from '../formats/edit-assignment.ts';
import { commandLineFor, parseCommandLine, printCommandLine } from '../formats/kernel-command-line.ts';
import { printKernelRecord } from '../formats/kernel-record.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { KernelRecord, RecordedKernel } from '../model/kernel-record.ts';
import type { RootFacts } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { findChangeable } from './find-environment.ts';
import { foresee, withAttribute, withRoot } from './foresee.ts';
import { findEntryOf, listBlsEntries, type NamedEntry } from './interpret/bls-entries.ts';
import { setKernels } from './kept-images.ts';
import type { EditedRoot } from './loader.ts';
import { settle } from './ordering.ts';
import { replaceFiles, replacesSafely } from './replace-files.ts';
import { thenSync } from './then-sync.ts';
import type { World } from './world.ts';

/** A change of a kernel command line. be-hook splits both parts in the way the kernel does. */
export interface CommandLineChange {
  readonly name: string;
  readonly append: string;
  /** Arguments, or names of parameters. A name removes the parameter with any value. */
  readonly remove: string;
}

/**
 * Changes the arguments of all kernels of a boot environment. If the menu takes them from its own files, such as BLS
 * entries, it edits those. Otherwise it writes /etc/kernel/cmdline, which then holds the
 * arguments of all kernels (kernel-install(8)). If that file does not exist, it starts with the arguments of the newest
 * kernel.
 */
export function planCommandLine(world: World, change: CommandLineChange): Plan | Problem {
  const { observation, state, loader } = world;
  const { name } = change;
  const environment = findChangeable(state, name);
  if (isProblem(environment)) return environment;
  const root = observation.roots.find(({ subvolume }) => subvolume.id === environment.subvolume.id);
  const [append, remove] = [parseCommandLine(change.append), splitFlags(parseCommandLine(change.remove))];
  const reserved = [...append, ...remove].find(isReserved);
  if (reserved !== undefined) return { code: 'option-reserved', word: reserved };
  if (environment.blocker !== undefined) return environment.blocker;
  if (root === undefined) return { code: 'no-such-subvolume', path: environment.subvolume.path };
  const edit = { append, remove };
  const own = ownEntries(root, environment);
  const edited = loader.editOptions(own, editLine(edit));
  if (edited !== undefined) return writeEdited(world, root, edited, { name, ...edit });
  return writeCommandLine(world, environment, own, edit);
}

/**
 * The root with the boot loader entries that be-hook may edit. Those of a separate /boot are for the running environment,
 * and other environments have their command lines in the record of their kernels.
 */
function ownEntries(root: RootFacts, { keptImages, running, kernels }: BootEnvironment): RootFacts {
  if (keptImages === undefined) return root;
  const isOwn = ({ entry }: NamedEntry): boolean =>
    running && kernels.some(({ release }) => findEntryOf([{ id: '', path: '', entry }], release) !== undefined);
  const paths = listBlsEntries(root)
    .filter(isOwn)
    .map(({ path }) => path);
  return { ...root, blsEntries: root.blsEntries.filter(({ path }) => paths.includes(path)) };
}

/** Writes /etc/kernel/cmdline, which then has the options of all kernels, and the record of an environment that has one. */
function writeCommandLine(
  world: World,
  environment: BootEnvironment,
  root: RootFacts,
  edit: CommandLineEdit,
): Plan | Problem {
  const { observation, loader } = world;
  const { name } = environment;
  const { commandLine, subvolume } = root;
  const own = commandLine.kind === 'text' && !isShipped(commandLine.path) ? commandLine : undefined;
  const location = { filesystemUuid: observation.filesystem.uuid, subvolume };
  const { commandLines } = loader.readRoot(root, observation);
  const lines = commandLines(location);
  const old = isProblem(lines) ? lines : lines(environment.kernels[0]?.release ?? '');
  if (isProblem(old)) return old;
  const line = printCommandLine(commandLineFor(editWords(old.options, edit), location));
  const text = editCommandLineFile(own?.text ?? '', () => line);
  const directory = subvolume.path === '' ? 'etc/kernel' : `${subvolume.path}/etc/kernel`;
  // be-hook has already followed links inside of the root.
  const path = own?.path ?? `${directory}/cmdline`;
  const record = editRecord(environment, edit);
  if (own?.text === text && record === undefined) return thenSync([], world, { about: [name] });
  const reason = `the kernel options of “${name}” change`;
  const steps: readonly Step[] = [
    { kind: 'make-directory', on: 'root', path: path.slice(0, path.lastIndexOf('/')), reason },
    { kind: 'write-file', on: 'root', path, text, mode: 0o644, labelLike: undefined, reason },
    ...(record === undefined ? [] : [setKernels(subvolume.path, record)]),
  ];
  const recorded = record === undefined ? [] : [withAttribute(subvolume.path, 'kernels', printKernelRecord(record))];
  const found = observation.roots.find((candidate) => candidate.subvolume.id === subvolume.id) ?? root;
  const after = foresee(world, withRoot({ ...found, commandLine: { kind: 'text', path, text } }), ...recorded);
  return thenSync(steps, after, { about: [name] });
}

/** The record of the kernels with edited command lines. Undefined if nothing changes, or if there is no record. */
function editRecord({ keptImages, running }: BootEnvironment, edit: CommandLineEdit): KernelRecord | undefined {
  if (keptImages === undefined || running) return undefined;
  const { kernels, ...record } = keptImages.record;
  const edited = Object.entries(kernels).map(([release, kernel]): [string, RecordedKernel] => {
    const options = printCommandLine(joinFlags(editWords(parseCommandLine(kernel.options ?? ''), edit)));
    return [release, { ...kernel, options }];
  });
  const changed: KernelRecord = { ...record, kernels: Object.fromEntries(edited) };
  return printKernelRecord(changed) === printKernelRecord(keptImages.record) ? undefined : changed;
}

interface CommandLineEdit {
  readonly append: readonly string[];
  readonly remove: readonly string[];
}

/** The arguments without the removed ones, and with the appended ones that were missing. */
function editWords(args: readonly string[], { append, remove }: CommandLineEdit): readonly string[] {
  const retained = splitFlags(args).filter(
    (word) => !remove.some((candidate) => word === candidate || word.startsWith(`${candidate}=`)),
  );
  return [...retained, ...splitFlags(append).filter((word) => !retained.includes(word))];
}

/** Edits the text of one command line. */
function editLine({ append, remove }: CommandLineEdit): (line: string, quoting: Quoting) => string {
  return (line, quoting) => {
    const before = parseCommandLine(line);
    const escape = (word: string): string => escapeWord(word, quoting);
    const after = editWords(before, { append: append.map(escape), remove: remove.map(escape) });
    return printCommandLine(after) === printCommandLine(splitFlags(before)) ? line : printCommandLine(joinFlags(after));
  };
}

/**
 * Writes the edited files of the boot loader, and /etc/kernel/cmdline for the next kernel. That file comes last, also
 * if only others changed. If it is older than /etc/default/grub, 20-grub.install runs grub2-mkconfig, which overwrites it.
 */
function writeEdited(
  world: World,
  root: RootFacts,
  edited: EditedRoot,
  { name, ...words }: CommandLineEdit & { readonly name: string },
): Plan | Problem {
  const { commandLine: before } = root;
  const isOwn = before.kind === 'text' && !isShipped(before.path);
  const text = isOwn ? editCommandLineFile(before.text, (line) => editLine(words)(line, 'single')) : '';
  const others = root.blsEntries.filter(({ path }) => !edited.root.blsEntries.some((entry) => entry.path === path));
  const entries = { ...edited.root, blsEntries: [...edited.root.blsEntries, ...others] };
  const changed: RootFacts = isOwn ? { ...entries, commandLine: { ...before, text } } : entries;
  const last = isOwn && (edited.files.length > 0 || text !== before.text) ? [changed.commandLine] : [];
  const reason = `the kernel options of “${name}” change`;
  const present = [...root.blsEntries, before];
  const changes = [...edited.files, ...last].map((file) => ({
    file,
    present: present.find((each) => each.on === file.on && each.path === file.path),
  }));
  const { removals, writes } = replaceFiles(changes, reason, replacesSafely('boot', world.observation));
  const settled = removals.length === 0 ? [] : [settle('a file with the same name is new on disk', 'boot')];
  const steps = [...removals, ...settled, ...writes];
  return thenSync(steps, foresee(world, withRoot(changed)), { about: [name] });
}

/** be-hook does not edit the file that the distribution ships. */
function isShipped(path: string): boolean {
  return /(^|\/)usr\/lib\/kernel\/cmdline$/.test(path);
}

/** Joins the mount options of the root to one argument again. */
function joinFlags(args: readonly string[]): readonly string[] {
  const flags = args.filter((word) => word.startsWith('rootflags='));
  const [first] = flags;
  const joined = `rootflags=${flags.map((word) => word.slice('rootflags='.length)).join(',')}`;
  return args.flatMap((word) => (word === first ? [joined] : flags.includes(word) ? [] : [word]));
}

/** Splits the mount options of the root into one argument each. Removing one then keeps the others. */
function splitFlags(args: readonly string[]): readonly string[] {
  return args.flatMap((word) => {
    const [, flags] = /^rootflags=(.*,.*)$/.exec(word) ?? [];
    return flags === undefined ? [word] : flags.split(',').map((flag) => `rootflags=${flag}`);
  });
}

function isReserved(word: string): boolean {
  return /^(root|BOOT_IMAGE|initrd)(=|$)/.test(word) || /^rootflags=(.*,)?subvol(id)?=/.test(word);
}
