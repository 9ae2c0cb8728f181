import type { Mark } from '../../model/mark.ts';
import type { Plan } from '../../model/step.ts';
import { visible } from '../../model/visible.ts';
import type { CommandName, Invocation } from '../command.ts';

/** What a sentence about an outcome is made of. */
interface Outcome {
  /** The arguments, fit for a terminal. */
  readonly args: readonly string[];
  readonly has: (name: string) => boolean;
  /** What was made or marked, by its name. */
  readonly made: string;
  /** Whether it takes effect at the next start of the machine only. */
  readonly reboot: boolean;
}

/** A sentence; undefined for a command that says its result itself, in its notes or as data, or that has none. */
type Sentence = ((outcome: Outcome) => string | undefined) | undefined;

const first = ({ args }: Outcome): string => `“${args[0] ?? ''}”`;
const boots = (name: string, { reboot }: Outcome): string =>
  `${name} boots from now on${reboot ? '; reboot to use it' : ''}.`;
const once = (name: string): string => `${name} boots once, at the next start; then the default boots again.`;

const sentences: Readonly<Record<CommandName, Sentence>> = {
  list: undefined,
  create: (outcome) => {
    // A snapshot has a note of its own.
    if (outcome.args[0]?.includes('@') === true) return undefined;
    const name = `“${outcome.made}”`;
    if (outcome.has('activate')) return boots(name, outcome);
    if (outcome.has('once')) return once(name);
    if (outcome.has('automatic')) return `${name} is made; to go back to it: be-hook rollback`;
    return `${name} is made; to boot it: be-hook activate ${outcome.made}`;
  },
  snapshot: undefined,
  activate: (outcome) => {
    if (outcome.has('not-once')) return 'Nothing boots once; the default boots.';
    return outcome.has('once') ? once(first(outcome)) : boots(first(outcome), outcome);
  },
  destroy: (outcome) => `${first(outcome)} is deleted.`,
  prune: () => 'What the settings do not keep is deleted.',
  rename: ({ args }) => `“${args[0] ?? ''}” is “${args[1] ?? ''}” from now on.`,
  describe: (outcome) => `The description of ${first(outcome)} is changed.`,
  hold: (outcome) =>
    `${first(outcome)} is held: be-hook does not delete it until: be-hook release ${outcome.args[0] ?? ''}`,
  release: (outcome) => `${first(outcome)} is not held any more.`,
  rollback: undefined,
  upgrade: undefined,
  run: undefined,
  diagnose: undefined,
  mount: undefined,
  umount: (outcome) => `${first(outcome)} is not mounted any more.`,
  exec: undefined,
  diff: undefined,
  drift: undefined,
  export: undefined,
  import: undefined,
  cmdline: (outcome) => `The command line of ${first(outcome)} is changed; it counts from its next start on.`,
  volume: ({ args }) => `${args[1] ?? ''} is ${args[2] ?? ''} from now on.`,
  history: undefined,
  check: undefined,
  sync: () => 'The boot menu is in step with the kernels on disk.',
  menu: undefined,
  status: undefined,
  setup: undefined,
  adopt: ({ made }) => (made === '' ? 'The boot menu is in place.' : `“${made}” is a boot environment.`),
  forget: (outcome) => `${first(outcome)} is an ordinary subvolume again; nothing in it was deleted.`,
  uninstall: () => 'The distribution’s own boot menu is back; to put be-hook’s menu in place again: be-hook setup',
};

/** What a command has done, in one sentence; undefined if it says that itself. */
export function describeOutcome(invocation: Invocation, plan: Plan): string | undefined {
  const { arguments: args, switches, words } = invocation;
  const marks = plan.steps.flatMap((step): readonly Mark[] => (step.kind === 'set-mark' ? [step.mark] : []));
  const [command = ''] = words;
  return find(command)?.({
    args: args.map(visible),
    has: (name) => switches.has(name),
    made: marks.at(-1)?.name ?? '',
    reboot: plan.reboot ?? !invocation.options.has('filesystem'),
  });
}

function find(command: string): Sentence {
  return Object.hasOwn(sentences, command) ? sentences[command as CommandName] : undefined;
}
