import { inspectMachine, menuOnDisk, pendingSync } from '../../app/inspect.ts';
import { defaultEntryOf } from '../../model/menu.ts';
import { shownPath } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import { describeProblem } from '../../model/problem-text.ts';
import { visible } from '../../model/visible.ts';
import { findForeignDefault } from '../../plan/saved-entry.ts';
import { findUnserved } from '../../plan/unserved.ts';
import type { World } from '../../plan/world.ts';
import { type Command, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printBytes } from '../output/bytes.ts';
import { type Style, showsColours } from '../output/colour.ts';
import { printJson } from '../output/json.ts';
import { problemData, problemLines } from '../output/problem.ts';
import type { StatusData } from '../output/schema/status.ts';
import { printTable } from '../output/table.ts';
import { whereOf } from '../where.ts';

/** `be-hook status` */
export const statusCommand: Command = {
  name: 'status',
  group: 'inspect',
  summary: 'report layout, loader, hooks, and whether a sync is due',
  examples: [
    { line: 'be-hook status', does: 'report on this machine' },
    { line: 'be-hook status --json', does: 'the same for a script' },
  ],
  arguments: [],
  options: [...filesystemOptions, jsonOption],
};

/** Carries out `be-hook status`. */
export const runStatus: Run = async ({ options, flags }) => {
  const { world, hooks } = await inspectMachine(whereOf(options));
  const { state } = world;
  const active = state.environments.find((environment) => environment.active);
  const running = state.environments.find((environment) => environment.running);
  const menuDirectories = state.environments.flatMap((environment) =>
    environment.menuDirectories.filter(({ exists }) => exists).map((directory) => `/${shownPath(directory)}`),
  );
  const boot = bootData(world);
  const problems = findProblems(world);
  const layouts = [...new Set(state.environments.map((environment) => environment.layout.kind))];
  const data: StatusData = {
    version: 1,
    filesystem: state.filesystemUuid,
    running: running?.name ?? null,
    active: active?.name ?? null,
    environments: state.environments.length,
    layouts,
    loader: world.loader.describe(state.tools),
    menuHomes: [...new Set(menuDirectories)],
    boot,
    hooks,
    needsSync: needsSync(world),
    problems: problems.map(problemData),
  };
  if (flags.has('json')) return { stdout: printJson(data), messages: [], exitCode: 0 };
  const rows = [
    ['filesystem', `btrfs ${state.filesystemUuid}${state.runs ? '' : ' (not running)'}`],
    ['running', data.running ?? '-'],
    ['boots by default', data.active ?? '-'],
    ['environments', String(data.environments)],
    ['layout', layouts.join(', ') || '-'],
    ['loader', data.loader],
    ['menu directories', data.menuHomes.join(', ') || '-'],
    ...(boot === null ? [] : [['separate /boot', describeBoot(boot)]]),
    ['hooks', hooks.join(', ') || 'none installed'],
    ['needs sync', data.needsSync ?? 'no'],
  ];
  return { stdout: printValues(rows), messages: problemLines(problems, 'warning'), exitCode: 0 };
};

function bootData({ observation: { boot } }: World): StatusData['boot'] {
  if (boot === undefined) return null;
  const { uuid, type, free, size, kept } = boot;
  return { uuid, type, free, size, kept: kept.reduce((sum, file) => sum + file.size, 0) };
}

function describeBoot({ type, uuid, free, size, kept }: NonNullable<StatusData['boot']>): string {
  return `${type} ${uuid}, ${printBytes(free)} of ${printBytes(size)} free, ${printBytes(kept)} in copies of kernels`;
}

function printValues(rows: readonly (readonly string[])[]): string {
  const hasColours = showsColours(process.stdout, process.env);
  const cells = rows.map(([key = '', value = '']) => [`${key}:`, visible(value)]);
  return printTable(cells, (row, column) => (hasColours && column === 1 ? styleOfValue(rows[row]) : undefined));
}

function styleOfValue([key = '', value = '']: readonly string[] = []): Style | undefined {
  if (key === 'running') return 'bold';
  return (key === 'needs sync' && value !== 'no') || value === 'none installed' ? 'yellow' : undefined;
}

/** An unsupported machine, an ambiguous list, a default of the distribution that be-hook's menu does not follow. */
function findProblems(world: World): readonly Problem[] {
  const { state } = world;
  const unserved = findUnserved(state);
  const found = [
    ...(unserved === undefined ? [] : [unserved]),
    ...state.problems.filter(({ code }) => code === 'listing-ambiguous'),
  ];
  const foreign = findForeignDefault(state);
  const menu = menuOnDisk(world);
  if (foreign === undefined || menu === undefined) return found;
  const boots = defaultEntryOf(menu)?.title ?? world.loader.nameEntry(menu, menu.default);
  return [...found, { code: 'saved-entry-foreign', ...foreign, boots }];
}

function needsSync(world: World): string | null {
  const pending = pendingSync(world);
  const { tools } = world.state;
  if (typeof pending !== 'number') return `it would be refused: ${describeProblem(pending).message}`;
  if (tools.needsSync !== undefined) return `yes, an earlier run failed: ${tools.needsSync}`;
  return pending === 0 ? null : `yes, ${pending} steps (be-hook sync --dry-run shows them)`;
}
