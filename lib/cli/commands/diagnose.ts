import { type Diagnosis, diagnose } from '../../app/diagnose.ts';
import { describeFinding } from '../../model/finding-text.ts';
import { isMistake, type JobStage } from '../../model/upgrade.ts';
import { visible } from '../../model/visible.ts';
import { type Command, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printBytes } from '../output/bytes.ts';
import { printJson } from '../output/json.ts';
import { packageChangesData, packageLines } from '../output/packages.ts';
import type { DiagnosisData } from '../output/schema/job.ts';
import { printTime } from '../output/time.ts';
import { actOptions } from '../perform.ts';

/** `be-hook diagnose` */
export const diagnoseCommand: Command = {
  name: 'diagnose',
  group: 'upgrade',
  summary: 'report what an upgrade did and why it failed',
  examples: [
    { line: 'be-hook diagnose fedora-2', does: 'report on an upgraded copy' },
    { line: 'be-hook diagnose --json fedora-2', does: 'the same for a script' },
  ],
  arguments: [{ name: 'NAME' }],
  options: [...filesystemOptions, jsonOption],
};

/** Carries out `be-hook diagnose`. */
export const runDiagnose: Run = async (invocation) => {
  const found = await diagnose(actOptions(invocation), invocation.arguments[0] ?? '');
  const data = invocation.flags.has('json') ? printJson(diagnosisData(found)) : printDiagnosis(found);
  return { stdout: data, messages: [], exitCode: 0 };
};

const stages: Readonly<Record<JobStage, string>> = {
  packages: 'while packages were changed',
  'post-upgrade': 'in what runs after an upgrade',
  done: 'when it was to be put into the menu',
};

function outcomeOf({ environment, report, working }: Diagnosis): string {
  if (working) return 'it is still being upgraded';
  if (environment.state === undefined) return 'complete';
  if (report.ended === undefined) return 'interrupted: it was killed, or the machine went down; it is never resumed';
  return `failed ${stages[report.stage]}`;
}

/** The number of last lines of the log that it shows. */
const shownLines = 30;

function printDiagnosis(diagnosis: Diagnosis): string {
  const { environment, report, log, logPath, free } = diagnosis;
  const { findings, packages } = report;
  const mistakes = findings.filter(({ kind }) => isMistake[kind]);
  const others = findings.filter(({ kind }) => !isMistake[kind]);
  const ended = report.ended === undefined ? '-' : printTime(report.ended);
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [
      '',
      [
        `Environment: ${environment.name}, a copy of ${report.source}`,
        `Outcome:     ${outcomeOf(diagnosis)}`,
        `Command:     ${report.command.join(' ')}`,
        `Began:       ${printTime(report.began)}   Ended: ${ended}`,
        `Disk:        ${printBytes(free)} free`,
      ],
    ],
    ['Went wrong', mistakes.map(describeFinding)],
    ['Check these', others.map(describeFinding)],
    ['Packages', packages === undefined ? [] : packageLines(packages).split('\n').slice(0, -1)],
    [`Log, its last lines (all of it: /${logPath})`, lines.slice(-shownLines)],
    ['Next', nextOf(diagnosis)],
  ];
  return sections
    .filter(([, content]) => content.length > 0)
    .map(([title, content]) => {
      const indent = title === '' ? '' : '  ';
      return [...(title === '' ? [] : [`${title}:`]), ...content.map((line) => indent + visible(line))].join('\n');
    })
    .map((section) => `${section}\n`)
    .join('\n');
}

function nextOf({ environment, working }: Diagnosis): readonly string[] {
  const { name, state } = environment;
  if (working || state === undefined) return [];
  const hasSnapshot = environment.snapshots.some((snapshot) => snapshot.name === 'upgraded');
  return [
    `look into it:      be-hook mount ${name}`,
    ...(hasSnapshot ? [`without migration: be-hook rollback ${name}@upgraded`] : []),
    `throw it away:     be-hook destroy ${name}`,
  ];
}

function diagnosisData(diagnosis: Diagnosis): DiagnosisData {
  const { environment, report, working, log, logPath, free } = diagnosis;
  const { name, state = null } = environment;
  const { source, command, began, ended = null, stage, findings, packages } = report;
  return {
    version: 1,
    name,
    state,
    working,
    source,
    command,
    began,
    ended,
    stage,
    findings: findings.map((finding) => {
      return { ...finding, mistake: isMistake[finding.kind], message: describeFinding(finding) };
    }),
    packages: packages === undefined ? null : packageChangesData(packages),
    free,
    log: { path: `/${logPath}`, text: log },
  };
}
