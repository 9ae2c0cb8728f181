import { printCommandLine } from '../../formats/kernel-command-line.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { FirstBoot } from '../../model/first-boot.ts';
import { loaderPath } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import { volumeData } from '../commands/volume.ts';
import { flagsOf, type Listed, type Listing } from '../listing.ts';
import { printJson } from './json.ts';
import { problemData } from './problem.ts';
import type { EnvironmentData, ListData } from './schema/list.ts';
import { spaceData } from './space.ts';

/** A list as JSON, version 1 of its schema. Later versions may add fields. No field changes its meaning. */
export function printListJson({ state, listed }: Listing): string {
  const data: ListData = {
    version: 1,
    filesystem: state.filesystemUuid,
    environments: listed.map(environmentData),
    problems: state.problems.map(problemData),
  };
  return printJson(data);
}

/** The problems of a boot environment, the worst first. */
export function problemsOf({ problems, blocker }: BootEnvironment): readonly Problem[] {
  return blocker === undefined ? problems : [blocker, ...problems];
}

function environmentData({ environment, space, snapshots, volumes }: Listed): EnvironmentData {
  const { name, running, active, next, held, automatic, marked, created, mountpoints, layout } = environment;
  const { state = null, title, description = null, origin = null, subvolume, kernels, firstBoot } = environment;
  return {
    name,
    flags: flagsOf(environment),
    running,
    active,
    next,
    held,
    automatic,
    state,
    adopted: marked,
    title,
    description,
    origin,
    subvolume: { id: subvolume.id, uuid: subvolume.uuid, path: subvolume.path },
    created,
    mountpoints,
    layout: layout.kind,
    kernels: kernels.map(({ release, image, initrds, options }) => ({
      release,
      on: image.on,
      image: loaderPath(image),
      initrds: initrds.map(loaderPath),
      options: printCommandLine(options),
    })),
    space: spaceData(space),
    snapshots: snapshots.map(snapshotData),
    volumes: volumes.map(({ volume }) => volumeData(volume)),
    firstBoot: firstBoot === undefined ? null : firstBootData(firstBoot),
    problems: problemsOf(environment).map(problemData),
  };
}

function firstBootData({ copies, migration }: FirstBoot): NonNullable<EnvironmentData['firstBoot']> {
  return { copies: copies.map(({ mountpoint, to }) => ({ mountpoint, path: to })), migration: migration ?? null };
}

function snapshotData({ snapshot, space }: Listed['snapshots'][number]): EnvironmentData['snapshots'][number] {
  const { name, subvolume, created, description = null } = snapshot;
  const { id, uuid, path } = subvolume;
  return { name, description, subvolume: { id, uuid, path }, created, space: spaceData(space) };
}
