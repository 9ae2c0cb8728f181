import { commandLineFor, parseCommandLine, printCommandLine } from '../formats/kernel-command-line.ts';
import type { Observation } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { thenSync } from './adopt.ts';
import { findChangeable } from './find-environment.ts';
import type { Loader } from './loader.ts';
import { understandCommandLines } from './understand/command-line.ts';
import { understandGrubDefaults } from './understand/grub-defaults.ts';
import { understandState } from './understand/state.ts';

/** How a kernel command line is to change; both are read as the kernel splits it. */
export interface CommandLineChange {
  readonly name: string;
  readonly append: string;
  /** Words, or names of parameters whatever their value is. */
  readonly remove: string;
}

/**
 * Writes /etc/kernel/cmdline of a boot environment, which from then on says what all its kernels get (kernel-install(8)).
 * Until there is one the words are those that its newest kernel gets.
 */
export function planCommandLine(observation: Observation, change: CommandLineChange, loader: Loader): Plan | Problem {
  const { name } = change;
  const environment = findChangeable(understandState(observation), name);
  if ('code' in environment) return environment;
  const root = observation.roots.find(({ subvolume }) => subvolume.id === environment.subvolume.id);
  const [append, remove] = [parseCommandLine(change.append), splitFlags(parseCommandLine(change.remove))];
  const reserved = [...append, ...remove].find(isReserved);
  if (reserved !== undefined) return { code: 'option-reserved', word: reserved };
  if (environment.blocker !== undefined) return environment.blocker;
  if (root === undefined) return { code: 'no-such-subvolume', path: environment.subvolume.path };
  const { commandLine, subvolume } = root;
  const fixed = commandLine.kind === 'text' && commandLine.text.trim() !== '' ? commandLine.text : undefined;
  const location = { filesystemUuid: observation.filesystem.uuid, subvolume };
  const commandLines = understandCommandLines(root, understandGrubDefaults(root.grubDefaults), location);
  const old = splitFlags(commandLines(environment.kernels[0]?.release ?? ''));
  const kept = old.filter((word) => !remove.some((one) => word === one || word.startsWith(`${one}=`)));
  const added = splitFlags(append).filter((word) => !kept.includes(word));
  const text = `${printCommandLine(commandLineFor([...kept, ...added], location))}\n`;
  const directory = subvolume.path === '' ? 'etc/kernel' : `${subvolume.path}/etc/kernel`;
  // Links inside of the root have been followed by now; what the distribution ships is left as it is.
  const shipped = /(^|\/)usr\/lib\/kernel\/cmdline$/.test(commandLine.path);
  const path = fixed === undefined || shipped ? `${directory}/cmdline` : commandLine.path;
  if (fixed === text && path === commandLine.path)
    return thenSync([], understandState(observation), loader, { about: [name] });
  const reason = `the kernels of “${name}” are to get other options`;
  const steps: readonly Step[] = [
    { kind: 'make-directory', path: path.slice(0, path.lastIndexOf('/')), reason },
    { kind: 'write-file', path, text, mode: 0o644, labelLike: undefined, reason },
  ];
  const roots = observation.roots.map((one) =>
    one === root ? { ...one, commandLine: { kind: 'text' as const, path, text } } : one,
  );
  return thenSync(steps, understandState({ ...observation, roots }), loader, { about: [name] });
}

/** Each mount option of the root as a word of its own: one that is taken away leaves the others. */
function splitFlags(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => {
    const [, flags] = /^rootflags=(.*,.*)$/.exec(word) ?? [];
    return flags === undefined ? [word] : flags.split(',').map((flag) => `rootflags=${flag}`);
  });
}

function isReserved(word: string): boolean {
  return /^(root|BOOT_IMAGE|initrd)(=|$)/.test(word) || /^rootflags=(.*,)?subvol(id)?=/.test(word);
}
