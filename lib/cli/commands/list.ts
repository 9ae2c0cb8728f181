import { inspect } from '../../app/inspect.ts';
import { printCommandLine } from '../../formats/kernel-command-line.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { Problem } from '../../model/problem.ts';
import { visible } from '../../model/visible.ts';
import { type Command, filesystemOption, jsonOption } from '../command.ts';
import { printJson } from '../output/json.ts';
import { problemData, problemLines } from '../output/problem.ts';
import { printTable } from '../output/table.ts';
import { printTime } from '../output/time.ts';

/** `be-hook list` */
export const listCommand: Command = {
  name: 'list',
  summary: 'show the boot environments: N runs now, R boots by default',
  arguments: [],
  options: [filesystemOption, jsonOption],
  run: async ({ options, switches }) => {
    const state = await inspect(options.get('filesystem'));
    if (switches.has('json')) {
      const environments = state.environments.map(environmentData);
      const data = {
        version: 1,
        filesystem: state.filesystemUuid,
        environments,
        problems: state.problems.map(problemData),
      };
      return { data: printJson(data), words: [], status: 0 };
    }
    const head = ['NAME', 'FLAGS', 'KERNELS', 'CREATED', 'MOUNTPOINT', 'PROBLEMS'];
    const rows = state.environments.map(environmentRow);
    const problems = [...state.problems, ...state.environments.flatMap(problemsOf)];
    const data = rows.length === 0 ? '' : printTable([head, ...rows]);
    const none = rows.length === 0 ? problemLines([{ code: 'no-environments' }], 'warning') : [];
    return { data, words: [...none, ...problemLines(problems, 'warning')], status: 0 };
  },
};

/** beadm's letters: N is booted now, R boots on reboot (beadm(8)). */
function flagsOf({ running, active }: BootEnvironment): string {
  return `${running ? 'N' : ''}${active ? 'R' : ''}`;
}

function problemsOf({ problems, blocker }: BootEnvironment): readonly Problem[] {
  return blocker === undefined ? problems : [blocker, ...problems];
}

function environmentRow(environment: BootEnvironment): readonly string[] {
  const { name, kernels, created, mountpoints } = environment;
  const newest = kernels[0]?.release ?? '-';
  const more = kernels.length > 1 ? ` (+${kernels.length - 1})` : '';
  const problems = problemsOf(environment).length;
  const mountpoint = visible(mountpoints[0] ?? '-');
  return [
    name,
    flagsOf(environment) || '-',
    newest + more,
    printTime(created),
    mountpoint,
    problems === 0 ? '-' : String(problems),
  ];
}

function environmentData(environment: BootEnvironment): object {
  const { name, running, active, marked, created, mountpoints, layout, title, subvolume, kernels } = environment;
  return {
    name,
    flags: flagsOf(environment),
    running,
    active,
    adopted: marked,
    title,
    subvolume: { id: subvolume.id, uuid: subvolume.uuid, path: subvolume.path },
    created,
    mountpoints,
    layout: layout.kind,
    kernels: kernels.map(({ release, image, initrds, options }) => ({
      release,
      image: `/${image}`,
      initrds: initrds.map((path) => `/${path}`),
      options: printCommandLine(options),
    })),
    problems: problemsOf(environment).map(problemData),
  };
}
