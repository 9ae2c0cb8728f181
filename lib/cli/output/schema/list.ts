import * as v from 'valibot';
import type { BootLayout } from '../../../model/boot-layout.ts';
import { filesystemIds } from '../../../model/place.ts';
import {
  absolutePath,
  bytes,
  commandLine,
  environmentState,
  loaderPath,
  pathFromTop,
  problem,
  subvolume,
  time,
  uuid,
  version,
} from './common.ts';
import type { Published } from './published.ts';
import { volume } from './volume.ts';

/** The layouts, as `list` and `status` name them. */
export const layout = v.picklist([
  'boot-in-root',
  'boot-subvolume',
  'boot-unresolved',
  'separate-boot',
  'boot-placeholder',
  'snapshot-booting',
  'transactional',
  'bls-on-esp',
  'unknown',
] as const satisfies readonly BootLayout['kind'][]);

const measured = v.pipe(v.nullable(bytes), v.description('Bytes. Null if not measured.'));

const space = v.object({
  written: measured,
  exclusive: measured,
  referenced: measured,
  counts: v.pipe(v.string(), v.description('What the numbers count, for people.')),
});

/** See `listSchema`. */
export type SpaceData = Published<typeof space>;

/** A kernel of an environment. */
export const kernel = v.object({
  release: v.pipe(v.string(), v.description('As uname -r prints it.')),
  on: v.pipe(
    v.picklist(filesystemIds),
    v.description('The file system with image and initrds: root is the btrfs, boot a separate /boot.'),
  ),
  image: loaderPath,
  initrds: v.array(loaderPath),
  options: commandLine,
});

const description = v.nullable(v.string());

const snapshot = v.object({ name: v.string(), description, subvolume, created: time, space });

const firstBoot = v.object({
  copies: v.array(v.object({ mountpoint: absolutePath, path: pathFromTop })),
  migration: v.nullable(v.picklist(['due', 'begun'])),
});

const environment = v.object({
  name: v.string(),
  flags: v.pipe(v.string(), v.description('N: runs. R: boots by default. T: boots once, at the next start.')),
  running: v.boolean(),
  active: v.pipe(v.boolean(), v.description('Whether it boots by default.')),
  next: v.pipe(v.boolean(), v.description('Whether it boots once, at the next start.')),
  held: v.boolean(),
  automatic: v.pipe(v.boolean(), v.description('Whether be-hook made it automatically, and may delete it.')),
  state: environmentState,
  adopted: v.boolean(),
  title: v.string(),
  description,
  origin: v.pipe(v.nullable(v.string()), v.description('NAME or NAME@SNAPSHOT.')),
  subvolume,
  created: time,
  mountpoints: v.array(absolutePath),
  layout,
  kernels: v.array(kernel),
  space,
  snapshots: v.array(snapshot),
  volumes: v.array(volume),
  firstBoot: v.pipe(v.nullable(firstBoot), v.description('What be-hook does when the environment first boots.')),
  problems: v.array(problem),
});

/** An environment in a list. */
export type EnvironmentData = Published<typeof environment>;

/** The answer of `list`. */
export const listSchema = v.object({
  version,
  filesystem: uuid,
  environments: v.array(environment),
  problems: v.array(problem),
});

/** See `listSchema`. */
export type ListData = Published<typeof listSchema>;
