import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SystemState } from '../../../lib/model/environment.ts';
import type { Subvolume } from '../../../lib/model/observation.ts';
import { outermost, ownSubvolumes } from '../../../lib/plan/own-subvolumes.ts';

const test = suite('own subvolumes');

const paths = [
  '',
  '@',
  '@/var',
  '@/var/lib',
  '@home',
  '@/inner',
  '@/inner/opt',
  'be-hook/a/root',
  'be-hook/a/root/srv',
  'be-hook/a/volumes/db',
  'be-hook/a@now/root',
  'be-hook/a@now/volumes/db',
  'be-hook/ab/root',
];
const subvolumes = paths.map((path, id): Subvolume => {
  return { id, uuid: `uuid-${id}`, parentUuid: undefined, path, generation: 1 };
});
const at = (path: string): Subvolume => {
  const found = subvolumes.find((subvolume) => subvolume.path === path);
  if (found === undefined) throw new Error(path);
  return found;
};

/** The paths of the own subvolumes of each root. */
function own(roots: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const environments = Object.entries(roots).map(([root, snapshots]) => {
    return { subvolume: at(root), snapshots: snapshots.map((path) => ({ subvolume: at(path) })) };
  });
  const state = { environments, subvolumes } as unknown as SystemState;
  const found = [...ownSubvolumes(state)].map(([id, members]) => [paths[id], members.map(({ path }) => path)]);
  return Object.fromEntries(found) as Record<string, string[]>;
}

test('are the subvolumes inside the root and the cloned volumes', () => {
  assert.equal(own({ '@': [], 'be-hook/a/root': ['be-hook/a@now/root'], 'be-hook/ab/root': [] }), {
    '@': ['@', '@/var', '@/var/lib', '@/inner', '@/inner/opt'],
    'be-hook/a/root': ['be-hook/a/root', 'be-hook/a/root/srv', 'be-hook/a/volumes/db'],
    'be-hook/a@now/root': ['be-hook/a@now/root', 'be-hook/a@now/volumes/db'],
    'be-hook/ab/root': ['be-hook/ab/root'],
  });
});

test('of an environment inside another one belong to the inner environment', () => {
  assert.equal(own({ '@': [], '@/inner': [] }), {
    '@': ['@', '@/var', '@/var/lib'],
    '@/inner': ['@/inner', '@/inner/opt'],
  });
});

test('of the top level are only the top level', () => {
  assert.equal(own({ '': [], '@home': [] }), { '': [''], '@home': ['@home'] });
});

test('are outermost if no other subvolume contains them', () => {
  const some = ['@', '@/var', '@/var/lib', '@home', 'be-hook/a/root'].map(at);
  assert.equal(
    outermost(some).map(({ path }) => path),
    ['@', '@home', 'be-hook/a/root'],
  );
});

test.run();
