import type { VolumePolicy } from '../../../lib/model/volume.ts';

/** A subvolume in the model: its content, and the subvolumes inside it. */
export interface Node {
  data: string;
  policy: VolumePolicy | undefined;
  readonly frozen: boolean;
  /** By their paths relative to this subvolume. */
  readonly inside: Map<string, Node>;
}

/** A root of a system, or a snapshot of a root. */
export interface Root extends Node {
  /** Path from the top level of the file system. For roots that be-hook made, the path comes from be-hook. */
  path: string;
  readonly kernels: Set<string>;
  /** The kernel arguments of the system itself. */
  words: readonly string[];
  /** The fstab mounts, by mount point. */
  readonly mounted: Map<string, Node>;
  /** Copies of volumes that were made and are deleted with it. */
  readonly own: readonly Node[];
  /** A later creation has a higher number. */
  readonly age: number;
  /** Whether its fstab is invalid. */
  readonly torn: boolean;
}

/** A boot environment in the model. */
export interface Being {
  name: string;
  root: Root;
  /** The root that its snapshots name. */
  readonly id: Root;
  marked: boolean;
  held: boolean;
  description: string | undefined;
}

/** The state that a user of be-hook has to know, and nothing else. */
export interface Model {
  readonly environments: Being[];
  /** Roots that are not boot environments. */
  readonly strays: Root[];
  readonly snapshots: Map<Root, Map<string, Root>>;
  recorded: Root | undefined;
  running: Root | undefined;
  /** Whether GRUB needs this root to start. */
  readonly startsGrub: (root: Root) => boolean;
  births: number;
  /** All subvolumes. */
  readonly alive: Set<Node>;
}

/** The environment that boots by default. */
export function activeOf({ environments, recorded, running }: Model): Being | undefined {
  const oldest = [...environments].sort((a, b) => a.root.age - b.root.age)[0];
  return (
    environments.find(({ root }) => root === recorded) ?? environments.find(({ root }) => root === running) ?? oldest
  );
}

/** The environment that a command without a name uses. */
export function standardOf(model: Model): Being | undefined {
  return model.environments.find(({ root }) => root === model.running) ?? activeOf(model);
}

/** The environment of that name. */
export function find({ environments }: Model, name: string): Being | undefined {
  return environments.find((candidate) => candidate.name === name);
}

/** The snapshots of an environment, by name. */
export function snapshotsOf({ snapshots }: Model, { id }: Being): ReadonlyMap<string, Root> {
  return snapshots.get(id) ?? new Map<string, Root>();
}

/** The volumes of a root, by mount point: the fstab mounts, and the subvolumes inside the root or inside these. */
export function volumesOf({ inside, mounted }: Root): ReadonlyMap<string, Node> {
  const known = new Set(mounted.values());
  const nested = (node: Pick<Node, 'inside'>, place: string): readonly [string, Node][] =>
    [...node.inside].flatMap(([path, inner]): readonly [string, Node][] =>
      known.has(inner) ? [] : [[`${place}/${path}`, inner], ...nested(inner, `${place}/${path}`)],
    );
  const below = [...mounted].flatMap(([place, node]) => nested(node, place));
  return new Map([...mounted, ...nested({ inside }, ''), ...below]);
}

/** All subvolumes that are deleted with a root. */
export function goneWith(root: Root): ReadonlySet<Node> {
  const all = (node: Node): readonly Node[] => [node, ...[...node.inside.values()].flatMap(all)];
  return new Set([root, ...root.own].flatMap(all));
}

/** A copy of a root. The clone policy decides which volumes are copied, shared or omitted. */
export function copyRoot(model: Model, source: Root, frozen: boolean): Root {
  const known = new Set(source.mounted.values());
  const shared = new Map<string, Node>();
  const copy = (node: Node, place: string): Node => {
    const inside = new Map<string, Node>();
    for (const [path, inner] of node.inside) {
      if (known.has(inner)) continue;
      const policy = clonePolicyOf(inner, source, path);
      if (policy === 'cloned') inside.set(path, copy(inner, `${place}/${path}`));
      if (policy === 'shared') shared.set(`${place}/${path}`, inner);
    }
    return { data: node.data, policy: node.policy, frozen, inside };
  };
  const copies = new Map<Node, Node>();
  for (const [place, node] of source.mounted) {
    if (node.policy === undefined || node.policy === 'shared') continue;
    // A volume with two mount points is copied once, and both mount points show its shared inner volumes.
    const again = copy(node, place);
    copies.set(node, copies.get(node) ?? again);
  }
  const mounted = [...source.mounted].map(([place, node]) => [place, copies.get(node) ?? node] as const);
  const { inside, data, policy } = copy(source, '');
  model.births += 1;
  const root: Root = {
    data,
    policy,
    frozen,
    inside,
    path: '',
    kernels: new Set(source.kernels),
    words: source.words,
    mounted: new Map([...mounted, ...shared]),
    own: [...copies.values()],
    age: model.births,
    torn: false,
  };
  for (const node of goneWith(root)) model.alive.add(node);
  return root;
}

function clonePolicyOf(inner: Node, source: Root, path: string): 'cloned' | 'shared' | 'left-out' {
  if (inner.policy !== undefined) return inner.policy === 'shared' ? 'shared' : 'cloned';
  const apart = path.endsWith('.snapshots') || (inner.frozen && !source.frozen);
  return apart ? 'left-out' : 'cloned';
}
