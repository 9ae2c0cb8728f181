import { inBubble, rootOf } from '../support/bubble.ts';
import { furnish, type HookMachine, runningMachine } from '../support/hook-machine.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { makeRoot } from '../support/root-tree.ts';
import { median, spread } from './statistics.ts';

const kernels = ['6.1.0-1', '6.1.0-2'];
const defaultGrub = 'GRUB_TIMEOUT=5\nGRUB_TERMINAL=console\nGRUB_DISABLE_OS_PROBER=true\nGRUB_CMDLINE_LINUX="quiet"\n';

/** Rounds of a few runs each, one command after the other, so that a load peak of the machine affects all of them. */
const rounds = 10;
const runsPerRound = 3;

/** One line of the table: the measured command, and its reference. */
interface Comparison {
  readonly what: string;
  readonly command: string;
  readonly against: readonly (keyof typeof yardsticks)[];
}

const yardsticks = {
  'sh -c :': 'sh -c :',
  'env x=y sh -c :': 'env x=y sh -c :',
  'node -e 0': 'node -e 0',
  'grub-mkconfig': 'grub-mkconfig',
} as const;

const plugin = '/usr/lib/kernel/install.d/95-be-hook.install';

const small: readonly Comparison[] = [
  {
    what: 'plugin in a container (nothing to do)',
    command: `env container=lxc ${plugin} add 6.1.0-2 /boot/none`,
    against: ['env x=y sh -c :'],
  },
  { what: 'plugin, verb that be-hook ignores', command: `${plugin} inspect`, against: ['sh -c :'] },
  {
    what: 'small entry file, nothing to do',
    command: 'node /usr/lib/be-hook/kernel-install.cjs inspect',
    against: ['node -e 0'],
  },
  { what: '`be-hook --version`', command: 'be-hook --version', against: ['node -e 0'] },
  {
    what: 'plugin, 2 environments × 2 kernels, menu already right',
    command: `${plugin} add 6.1.0-2 /boot/none`,
    against: ['node -e 0', 'grub-mkconfig'],
  },
  { what: 'sync, 2 × 2, menu already right', command: 'be-hook sync', against: ['node -e 0', 'grub-mkconfig'] },
];

const large: readonly Comparison[] = [
  {
    what: 'plugin, 50 environments × 2 kernels, menu already right',
    command: `${plugin} add 6.1.0-2 /boot/none`,
    against: ['node -e 0', 'grub-mkconfig'],
  },
  {
    what: 'sync, 50 × 2, menu already right',
    command: 'be-hook sync',
    against: ['node -e 0', 'grub-mkconfig'],
  },
];

/** The times of a command, in seconds. */
interface Times {
  /** Of single runs. */
  readonly elapsed: readonly number[];
  /** Of all processors, means of the rounds. */
  readonly processor: readonly number[];
}

/** One command in the output of hyperfine. */
interface Measured {
  readonly command: string;
  readonly times: readonly number[];
  readonly user: number;
  readonly system: number;
}

async function measure(machine: HookMachine, commands: readonly string[]): Promise<ReadonlyMap<string, Times>> {
  const times = new Map<string, Times>();
  for (let round = 0; round < rounds; round += 1) {
    const words = ['hyperfine', '--shell=none', '--style=none', '--warmup=1', `--runs=${runsPerRound}`];
    const hyperfine = [...words, '--export-json=/tmp/times.json', ...commands];
    const ended = await machine.run(['sh', '-c', '"$@" >&2 && cat /tmp/times.json', 'sh', ...hyperfine], {
      seconds: 600,
    });
    if (ended.status !== 0) throw new Error(ended.stderr);
    const { results: measured } = JSON.parse(ended.stdout) as { results: readonly Measured[] };
    for (const { command, times: some, user, system } of measured) {
      const { elapsed = [], processor = [] } = times.get(command) ?? {};
      times.set(command, { elapsed: [...elapsed, ...some], processor: [...processor, user + system] });
    }
  }
  return times;
}

async function onMachine(environments: number, comparisons: readonly Comparison[]): Promise<string[]> {
  return withBtrfs({ sizeMiB: 1024 }, async (fs) => {
    for (let number = 1; number <= environments; number += 1) {
      await makeRoot(fs, `@be${number}`, { kernels, defaultGrub });
      await furnish(`${fs.top}/@be${number}`);
    }
    const machine = await runningMachine(fs);
    const adopt = `for n in $(seq ${environments}); do be-hook adopt @be$n || exit 1; done; be-hook sync`;
    const ready = await inBubble(rootOf(fs, '@be1'), ['sh', '-c', adopt], { seconds: 600 });
    if (ready.status !== 0) throw new Error(ready.stderr);
    const against = [...new Set(comparisons.flatMap((candidate) => candidate.against.map((name) => yardsticks[name])))];
    const times = await measure(machine, [...against, ...comparisons.map(({ command }) => command)]);
    return comparisons.flatMap((candidate) => candidate.against.map((name) => line(candidate, name, times)));
  });
}

function line({ what, command }: Comparison, name: keyof typeof yardsticks, times: ReadonlyMap<string, Times>): string {
  const none: Times = { elapsed: [], processor: [] };
  const [own, other] = [times.get(command) ?? none, times.get(yardsticks[name]) ?? none];
  const show = (values: readonly number[]): string =>
    `${(median(values) * 1000).toFixed(1)} ± ${(spread(values) * 1000).toFixed(1)}`;
  const ratio = (kind: keyof Times): string => (median(own[kind]) / median(other[kind])).toFixed(2);
  const used = [own, other].map(({ processor }) => (median(processor) * 1000).toFixed(1)).join(' : ');
  const cells = [what, show(own.elapsed), `\`${name}\` ${show(other.elapsed)}`, `**${ratio('elapsed')}**`];
  return `| ${[...cells, used, `**${ratio('processor')}**`].join(' | ')} |`;
}

/** The times of the hooks, as a section of BENCHMARKS.md. */
export async function benchHooks(): Promise<string> {
  const lines = [...(await onMachine(2, small)), ...(await onMachine(50, large))];
  return `## What the hooks cost

In a temporary system whose root is a btrfs subvolume (test/support/bubble.ts): hyperfine runs each command ${rounds * runsPerRound} times, in
${rounds} interleaved rounds, without Node's environment variables. The last two columns have the time of all processors,
also for the programs that be-hook starts. The load of the machine changes it less.

| command | ms | compared with, ms | ratio | processor, ms | ratio |
| --- | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}

Targets, as ratios to \`node -e 0\`: \`--version\` at most 1.3; plugin and sync at most 2.5 with 2 × 2, and at most 4 with 50 × 2.

A hook without work costs as much as a shell. It starts Node only if the root is a btrfs that can boot.
Distributions run \`grub-mkconfig\` for the same purpose. It makes the menu of one system. be-hook itself runs it once per
transaction, not once per kernel, and only if a kernel was added or removed.
`;
}
