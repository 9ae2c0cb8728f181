import type { Mark } from '../../model/mark.ts';
import type { Plan } from '../../model/step.ts';
import { visible } from '../../model/visible.ts';
import type { CommandName, Invocation } from '../command.ts';

/** The facts that a sentence about a result names. */
interface Outcome {
  /** The arguments, fit for a terminal. */
  readonly args: readonly string[];
  readonly has: (name: string) => boolean;
  /** Name of the environment that the plan created or marked. */
  readonly created: string;
  /** Whether the result takes effect at the next boot only. */
  readonly reboot: boolean;
}

type Sentence = (outcome: Outcome) => string | undefined;

/** The sentences of a command: after it changed something, and when everything was already as requested. */
interface Sentences {
  readonly done: Sentence;
  readonly unchanged: Sentence;
}

const first = ({ args }: Outcome): string => `“${args[0] ?? ''}”`;
const always =
  (text: string): Sentence =>
  () =>
    text;
const nothing = always('Nothing to do.');
/** For results that the plan's own notes or the command's data already state. */
const silent: Sentence = () => undefined;

const boots = (name: string, { reboot }: Outcome): string =>
  `${name} boots from now on${reboot ? '; reboot to use it' : ''}.`;
const bootsOnce = (name: string): string => `${name} boots once, at the next start; then the default boots again.`;

const create: Sentence = (outcome) => {
  // The notes of a snapshot name it.
  if (outcome.args[0]?.includes('@') === true) return undefined;
  const name = `“${outcome.created}”`;
  if (outcome.has('activate')) return boots(name, outcome);
  if (outcome.has('once')) return bootsOnce(name);
  if (outcome.has('automatic')) return `Created the restore point ${name}. To return to it: be-hook rollback`;
  return `Created ${name}. To boot it: be-hook activate ${outcome.created}`;
};

const activate: Sentences = {
  done: (outcome) => {
    if (outcome.has('not-once')) return 'Canceled the one-shot boot; the default boots next.';
    return outcome.has('once') ? bootsOnce(first(outcome)) : boots(first(outcome), outcome);
  },
  unchanged: (outcome) => {
    if (outcome.has('not-once')) return 'No one-shot boot is pending; the default boots next.';
    return `${first(outcome)} already boots ${outcome.has('once') ? 'once, at the next start' : 'by default'}.`;
  },
};

const silentBoth: Sentences = { done: silent, unchanged: silent };

const sentences: Readonly<Record<CommandName, Sentences>> = {
  list: silentBoth,
  create: { done: create, unchanged: nothing },
  snapshot: { done: silent, unchanged: nothing },
  activate,
  destroy: { done: (outcome) => `Deleted ${first(outcome)}.`, unchanged: nothing },
  gc: {
    done: always('Deleted unfinished work and copies of kernels that nothing needs.'),
    unchanged: always('Nothing to delete.'),
  },
  prune: {
    done: always('Deleted the automatic boot environments that the settings do not keep.'),
    unchanged: always('Nothing to delete: the settings keep every boot environment.'),
  },
  rename: {
    done: ({ args }) => `Renamed “${args[0] ?? ''}” to “${args[1] ?? ''}”.`,
    unchanged: (outcome) => `${first(outcome)} already has this name.`,
  },
  describe: {
    done: (outcome) => `Changed the description of ${first(outcome)}.`,
    unchanged: (outcome) => `${first(outcome)} already has this description.`,
  },
  hold: {
    done: (outcome) =>
      `Held ${first(outcome)}: be-hook does not delete it. To release it: be-hook release ${outcome.args[0] ?? ''}`,
    unchanged: (outcome) => `${first(outcome)} is already held.`,
  },
  release: {
    done: (outcome) => `Released ${first(outcome)}; it can be deleted again.`,
    unchanged: (outcome) => `${first(outcome)} is not held.`,
  },
  rollback: {
    done: silent,
    unchanged: always('Nothing to do: the previous boot environment already boots by default.'),
  },
  upgrade: silentBoth,
  run: silentBoth,
  diagnose: silentBoth,
  mount: { done: silent, unchanged: nothing },
  umount: { done: (outcome) => `Unmounted ${first(outcome)}.`, unchanged: nothing },
  exec: silentBoth,
  diff: silentBoth,
  drift: silentBoth,
  export: silentBoth,
  import: {
    done: ({ created }) => `Imported “${created}”. To boot it: be-hook activate ${created}`,
    unchanged: nothing,
  },
  cmdline: {
    done: (outcome) => `Changed the command line of ${first(outcome)}; it takes effect at its next boot.`,
    unchanged: (outcome) => `The command line of ${first(outcome)} is already as requested.`,
  },
  volume: {
    done: ({ args }) => `Set the policy of ${args[1] ?? ''} to ${args[2] ?? ''}.`,
    unchanged: ({ args }) => `The policy of ${args[1] ?? ''} is already ${args[2] ?? ''}.`,
  },
  history: silentBoth,
  check: silentBoth,
  sync: {
    done: always('Updated the boot menu; it matches the kernels on disk.'),
    unchanged: always('The boot menu already matches the kernels on disk.'),
  },
  doctor: silentBoth,
  menu: silentBoth,
  status: silentBoth,
  setup: silentBoth,
  adopt: {
    done: ({ created }) => (created === '' ? 'The boot menu is in place.' : `“${created}” is a boot environment now.`),
    unchanged: always('Nothing to do: it is already a boot environment, and the boot menu is in place.'),
  },
  forget: {
    done: (outcome) => `${first(outcome)} is an ordinary subvolume now; be-hook deleted nothing in it.`,
    unchanged: nothing,
  },
  uninstall: {
    done: always('The distribution’s own boot menu is back. To use be-hook again: be-hook setup'),
    unchanged: always('Nothing to do: no boot menu leads to be-hook.'),
  },
};

/** The result of a command in one sentence. Undefined where its notes or its data already state the result. */
export function describeOutcome(invocation: Invocation, plan: Plan): string | undefined {
  const { arguments: args, flags, argv } = invocation;
  const [command = ''] = argv;
  if (!Object.hasOwn(sentences, command)) return undefined;
  const { done, unchanged } = sentences[command as CommandName];
  const marks = plan.steps.flatMap((step): readonly Mark[] => (step.kind === 'set-mark' ? [step.mark] : []));
  const sentence = plan.steps.length === 0 ? unchanged : done;
  return sentence({
    args: args.map(visible),
    has: (name) => flags.has(name),
    created: marks.at(-1)?.name ?? '',
    reboot: plan.reboot ?? !invocation.options.has('filesystem'),
  });
}
