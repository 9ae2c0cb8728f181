import { type Examination, examine, repair } from '../../app/doctor.ts';
import {
  classOf,
  type Health,
  type HealthClass,
  type HealthFinding,
  healthChecks,
  healthOf,
} from '../../model/health.ts';
import { BeHookError } from '../../model/problem.ts';
import { visible } from '../../model/visible.ts';
import {
  type Command,
  type CommandResult,
  filesystemOptions,
  type Invocation,
  jsonOption,
  type Run,
} from '../command.ts';
import { type Style, showsColours } from '../output/colour.ts';
import { printJson } from '../output/json.ts';
import type { ChecksData, DoctorData } from '../output/schema/doctor.ts';
import { printTable } from '../output/table.ts';
import { actOptions } from '../perform.ts';
import { whereOf } from '../where.ts';

/** `be-hook doctor` */
export const doctorCommand: Command = {
  name: 'doctor',
  group: 'inspect',
  summary: 'find out whether every environment will boot',
  examples: [
    { line: 'be-hook doctor', does: 'examine this machine before a reboot' },
    { line: 'be-hook doctor --filesystem /dev/sda3', does: 'examine a machine that does not boot, from rescue media' },
  ],
  arguments: [{ name: 'NAME', optional: true }],
  options: [
    { name: 'list', summary: 'list the checks' },
    { name: 'repair', summary: 'first do what a sync can repair' },
    ...filesystemOptions,
    jsonOption,
  ],
};

/** The exit status for each state of health. */
const statuses: Readonly<Record<Health, number>> = { healthy: 0, degraded: 81, broken: 82 };

/** Carries out `be-hook doctor`. */
export const runDoctor: Run = async (invocation) => {
  const { arguments: names, options, flags } = invocation;
  if (flags.has('list')) return listChecks(invocation);
  // What a sync cannot repair, the examination finds again.
  if (flags.has('repair')) await repair(actOptions(invocation));
  const examination = await examine(whereOf(options), names[0]);
  const { findings } = examination;
  const exitCode = statuses[healthOf(findings)];
  if (flags.has('json')) return { stdout: printJson(dataOf(examination)), messages: [], exitCode };
  return { stdout: printFindings(findings), messages: [summarize(examination)], exitCode };
};

function listChecks({ flags, arguments: names }: Invocation): CommandResult {
  if (flags.has('repair') || names.length > 0) {
    throw new BeHookError({ code: 'usage', text: 'doctor: --list takes no NAME, and not --repair' });
  }
  const checks = Object.entries(healthChecks).map(([check, { class: kind, states }]) => ({
    check,
    class: kind,
    states,
  }));
  const data = { version: 1, checks } as ChecksData;
  const rows = [['CHECK', 'CLASS', 'HEALTHY IF'], ...checks.map((each) => [each.check, each.class, each.states])];
  return { stdout: flags.has('json') ? printJson(data) : printTable(rows), messages: [], exitCode: 0 };
}

function dataOf({ examined, findings }: Examination): DoctorData {
  return {
    version: 1,
    health: healthOf(findings),
    examined: [...examined],
    findings: findings.map(({ check, environment, message, remedy }) => {
      return { check, class: classOf({ check }), environment: environment ?? null, message, remedy };
    }),
  };
}

function printFindings(findings: readonly HealthFinding[]): string {
  if (findings.length === 0) return '';
  const hasColours = showsColours(process.stdout, process.env);
  const rows = findings.map((finding) => [
    finding.check,
    classOf(finding),
    finding.environment ?? '-',
    visible(`${finding.message}; ${finding.remedy}`),
  ]);
  const head = ['CHECK', 'CLASS', 'NAME', 'FINDING'];
  const styleOf = (row: number, column: number): Style | undefined => {
    const finding = findings[row - 1];
    return hasColours && column === 1 && finding !== undefined ? styles[classOf(finding)] : undefined;
  };
  return printTable([head, ...rows], styleOf);
}

const styles: Readonly<Record<HealthClass, Style | undefined>> = { broken: 'red', degraded: 'yellow', note: undefined };

function summarize({ examined, findings }: Examination): string {
  const health = healthOf(findings);
  const names = examined.map((name) => `“${name}”`).join(', ');
  const what = names === '' ? 'no environment' : names;
  const notes = findings.length === 0 || health !== 'healthy' ? '' : ' The notes need no hurry.';
  return `Examined ${what} and the boot loader: ${health}.${notes}`;
}
