import fc from 'fast-check';
import type { Model, Node, Root } from './model.ts';

/** The initial file system of a sequence, before it is made in memory or on a disk. */
export interface Blueprint {
  readonly roots: readonly RootBlueprint[];
  /** The root that is recorded as the default, if any. */
  readonly recorded: number | undefined;
  readonly running: number | undefined;
  /** The root with the installed GRUB by number, or undefined if be-hook cannot detect it. */
  readonly startsGrub: number | undefined;
}

/** One root of a blueprint. */
export interface RootBlueprint {
  readonly name: string;
  readonly path: string;
  readonly marked: boolean;
  readonly kernels: readonly string[];
  readonly volumes: readonly VolumeKind[];
  readonly style: RootStyle;
}

/** The way in which its files name their root. */
export interface RootStyle {
  /** Whether /etc/kernel/cmdline exists. Otherwise the command line is in the GRUB defaults. */
  readonly cmdline: boolean;
  readonly bls: boolean;
  readonly subvolid: boolean;
  readonly twoHomes: boolean;
  readonly torn: boolean;
}

/** The ways in which a subvolume belongs to a system. */
export type VolumeKind =
  | 'home'
  | 'database'
  | 'twice'
  | 'machines'
  | 'shared inside'
  | 'snapshots'
  | 'inside and mounted'
  | 'boot beside'
  | 'boot inside'
  | 'top'
  | 'other';

/** A subvolume of a blueprint: its path and its mount point. */
export interface VolumeBlueprint {
  /** `%` is the path of the root. */
  readonly path: string;
  readonly data: string;
  readonly policy?: 'cloned' | 'shared';
  /** Whether be-hook derives the policy from the mount point. Then the subvolume has no attribute. */
  readonly implied?: boolean;
  readonly frozen?: boolean;
  readonly mounted?: readonly string[];
}

/** The subvolumes of each kind, the outer ones first. */
export const volumeKinds: Readonly<Record<VolumeKind, readonly VolumeBlueprint[]>> = {
  home: [
    { path: '@home', data: 'home', mounted: ['/home'] },
    { path: '@home/user', data: 'user', policy: 'cloned' },
  ],
  database: [
    { path: '@db-%', data: 'rows', policy: 'cloned', mounted: ['/srv/db'] },
    { path: '@db-%/log', data: 'log' },
    { path: '@db-%/spool', data: 'spool', policy: 'shared' },
  ],
  twice: [
    { path: '@mail-%', data: 'mail', policy: 'cloned', mounted: ['/var/mail', '/srv/mail'] },
    { path: '@mail-%/lists', data: 'lists', policy: 'shared' },
    { path: '@mail-%/new', data: 'new' },
  ],
  machines: [
    { path: '%/var/lib/machines', data: 'machines' },
    { path: '%/var/lib/machines/base', data: 'base', frozen: true },
    { path: '%/var/lib/machines/one', data: 'one' },
  ],
  'shared inside': [{ path: '%/var/data', data: 'data', policy: 'shared' }],
  snapshots: [
    { path: '%/.snapshots', data: 'snapshots' },
    { path: '%/.snapshots/1', data: 'kept', frozen: true },
  ],
  'inside and mounted': [
    { path: '%/opt', data: 'opt', mounted: ['/opt'] },
    { path: '%/opt/app', data: 'app' },
  ],
  'boot beside': [{ path: '@boot-%', data: 'boot', policy: 'cloned', implied: true, mounted: ['/boot'] }],
  'boot inside': [{ path: '%/boot', data: 'boot', policy: 'cloned', implied: true }],
  top: [{ path: '', data: '', mounted: ['/mnt/top'] }],
  other: [{ path: 'other', data: '', mounted: ['/mnt/other'] }],
};

const kernels = ['6.1.0-1', '6.9.0-1', '6.10.0-2'];

/** Any blueprint of a file system that a user could have. */
export const anyBlueprint: fc.Arbitrary<Blueprint> = fc
  .record({
    roots: fc.uniqueArray(anyRoot(), { minLength: 1, maxLength: 4, selector: ({ name }) => name }),
    recorded: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 6 }),
    running: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 1 }),
    startsGrub: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 1 }),
  })
  .map(({ roots, recorded, running, startsGrub }) => {
    const chosen = (index: number | undefined): number | undefined =>
      index === undefined ? undefined : index % roots.length;
    return { roots, recorded: chosen(recorded), running: chosen(running), startsGrub: chosen(startsGrub) };
  });

function anyRoot(): fc.Arbitrary<RootBlueprint> {
  const seldom = fc.nat({ max: 9 }).map((number) => number === 9);
  return fc
    .record(
      {
        name: fc.constantFrom('a', 'b', 'fedora', 'old+x'),
        deep: seldom,
        unmarked: seldom,
        kernels: fc.oneof({ weight: 6, arbitrary: fc.subarray(kernels, { minLength: 1 }) }, fc.constant([])),
        volumes: fc.subarray(Object.keys(volumeKinds) as VolumeKind[]),
        style: fc.record({
          cmdline: fc.boolean(),
          bls: fc.boolean(),
          subvolid: fc.boolean(),
          twoHomes: fc.boolean(),
          torn: seldom,
        }),
      },
      { noNullPrototype: true },
    )
    .map(({ name, deep, unmarked, volumes, ...rest }) => {
      const path = deep ? `systems/${name}` : `@${name}`;
      return { name, path, marked: !unmarked, volumes: withOneBoot(volumes, rest.style.torn), ...rest };
    });
}

/** A root has one /boot, and be-hook finds one beside the root only in a valid fstab. */
function withOneBoot(volumes: readonly VolumeKind[], torn: boolean): readonly VolumeKind[] {
  const excluded = torn ? 'boot beside' : volumes.includes('boot beside') ? 'boot inside' : undefined;
  return volumes.filter((kind) => kind !== excluded);
}

/** The directory with the kernels of a root, and the subvolume that it is. */
export function bootOf({ path, volumes }: RootBlueprint): {
  readonly directory: string;
  readonly subvolume: string | undefined;
} {
  const kind = volumes.find((candidate) => candidate === 'boot beside' || candidate === 'boot inside');
  const [volume] = kind === undefined ? [] : volumeKinds[kind];
  const subvolume = volume === undefined ? undefined : place(volume, path);
  return { directory: subvolume ?? `${path}/boot`, subvolume };
}

/** The subvolumes of a blueprint except its roots, by path, each once. */
export function volumesIn({ roots }: Blueprint): ReadonlyMap<string, VolumeBlueprint> {
  const all = roots.flatMap(({ path, volumes }) =>
    volumes.flatMap((kind) => volumeKinds[kind].map((volume) => [place(volume, path), volume] as const)),
  );
  return new Map(all.filter(([path]) => path !== '' && path !== 'other'));
}

/** The fstab mounts of a root, by mount point. Paths are from the top level of the file system. */
export function mountsOf(root: RootBlueprint, { roots }: Blueprint): ReadonlyMap<string, string> {
  const neighbour = roots.find((candidate) => candidate !== root)?.path;
  return new Map(
    root.volumes.flatMap((kind) =>
      volumeKinds[kind].flatMap((volume) => {
        const path = kind === 'other' ? neighbour : place(volume, root.path);
        return path === undefined ? [] : (volume.mounted ?? []).map((mountpoint) => [mountpoint, path] as const);
      }),
    ),
  );
}

function place({ path }: VolumeBlueprint, root: string): string {
  return path.startsWith('%') ? path.replace('%', root) : path.replace('%', root.replaceAll('/', '-'));
}

/** The model of a blueprint. */
export function modelOf(blueprint: Blueprint): Model {
  const nodes = new Map<string, Node>();
  const volumes = volumesIn(blueprint);
  for (const [path, { data, policy, frozen = false }] of volumes) {
    nodes.set(path, { data, policy, frozen, inside: new Map() });
  }
  const roots = blueprint.roots.map((root, index): Root => {
    const { name, path, style } = root;
    const base = { data: name, policy: undefined, frozen: false, inside: new Map<string, Node>() };
    const words = ['quiet'];
    return {
      ...base,
      path,
      kernels: new Set(root.kernels),
      words,
      mounted: new Map(),
      own: [],
      age: index,
      torn: style.torn,
    };
  });
  for (const root of roots) nodes.set(root.path, root);
  const top: Node = { data: '', policy: undefined, frozen: false, inside: new Map() };
  for (const [path, node] of nodes) putInside(nodes, path, node);
  for (const [index, root] of blueprint.roots.entries()) {
    for (const [mountpoint, path] of mountsOf(root, blueprint)) {
      if (!root.style.torn) roots[index]?.mounted.set(mountpoint, nodes.get(path) ?? top);
    }
  }
  return furnish(blueprint, roots, new Set(nodes.values()));
}

/** Puts a subvolume into the innermost subvolume that contains it. */
function putInside(nodes: ReadonlyMap<string, Node>, path: string, node: Node): void {
  const holders = [...nodes.keys()].filter((other) => path.startsWith(`${other}/`)).sort((a, b) => b.length - a.length);
  const [holder] = holders;
  if (holder !== undefined) nodes.get(holder)?.inside.set(path.slice(holder.length + 1), node);
}

function furnish(blueprint: Blueprint, roots: readonly Root[], alive: Set<Node>): Model {
  const at = (index: number | undefined): Root | undefined => (index === undefined ? undefined : roots[index]);
  const running = at(blueprint.running);
  const recorded = at(blueprint.recorded);
  const starter = at(blueprint.startsGrub);
  const environments = blueprint.roots.flatMap(({ name, marked }, index) => {
    const root = roots[index];
    if (root === undefined || (!marked && root !== running)) return [];
    return [{ name, root, id: root, marked, held: false, description: undefined }];
  });
  const strays = roots.filter((root) => !environments.some((candidate) => candidate.root === root));
  return {
    environments,
    strays,
    snapshots: new Map(),
    recorded,
    running,
    startsGrub: (root) => root === starter,
    births: roots.length,
    alive,
  };
}
