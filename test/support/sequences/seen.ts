import * as assert from 'uvu/assert';
import { activeOf, type Model, type Root, snapshotsOf, volumesOf } from './model.ts';

/** The visible state of a boot environment, in the tested system or in the model. */
export interface Seen {
  readonly name: string;
  readonly active: boolean;
  readonly running: boolean;
  readonly held: boolean;
  readonly adopted: boolean;
  readonly description: string | undefined;
  readonly contents: string;
  readonly kernels: readonly string[];
  /** The kernel arguments of the system itself. Undefined if it has no kernel. */
  readonly words: readonly string[] | undefined;
  /** The content and the clone policy of each volume, by mount point. */
  readonly volumes: Readonly<Record<string, string>>;
  /** The contents of each snapshot. */
  readonly snapshots: Readonly<Record<string, string>>;
}

/** The expected visible state, from the model. */
export function seenInModel(model: Model): readonly Seen[] {
  return sorted(
    model.environments.map((being) => ({
      name: being.name,
      active: being === activeOf(model),
      running: being.root === model.running,
      held: being.held,
      adopted: being.marked,
      description: being.description,
      contents: being.root.data,
      kernels: [...being.root.kernels].sort(),
      words: being.root.kernels.size === 0 ? undefined : [...being.root.words].sort(),
      volumes: volumesSeen(being.root),
      snapshots: Object.fromEntries([...snapshotsOf(model, being)].sort().map(([name, root]) => [name, root.data])),
    })),
  );
}

function volumesSeen(root: Root): Readonly<Record<string, string>> {
  const all = [...volumesOf(root)].filter(([place]) => !/^\/mnt\/(top|other)/.test(place)).sort();
  return Object.fromEntries(all.map(([place, { data, policy }]) => [place, printVolume(data, policy)]));
}

/** One volume, for comparison. */
export function printVolume(data: string, policy: string | undefined): string {
  return `${data}, ${policy ?? 'unmarked'}`;
}

/** Sorted by name. */
export function sorted(all: readonly Seen[]): readonly Seen[] {
  return [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Compares the visible state with the expected state. */
export function compare(seen: readonly Seen[], model: Model): void {
  assert.equal(sorted(seen), seenInModel(model), 'what is there is what the model has');
}
