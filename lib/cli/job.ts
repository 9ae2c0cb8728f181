import type { JobIntent, JobPreview, JobResult } from '../app/stages.ts';
import { previewJob, upgrade } from '../app/upgrade.ts';
import { describeFinding } from '../model/finding-text.ts';
import { BeHookError } from '../model/problem.ts';
import { parseTarget } from '../model/snapshot-name.ts';
import { visible } from '../model/visible.ts';
import type { CommandResult, Invocation, Option } from './command.ts';
import { printJson } from './output/json.ts';
import { packageChangesData, packageLines } from './output/packages.ts';
import { stageReporter } from './output/progress.ts';
import type { UpgradeData, UpgradePlanData } from './output/schema/job.ts';
import { stepSentences } from './output/steps.ts';
import { actOptions, now, showsProgress, wantsProgress } from './perform.ts';
import { readDescription, readName } from './read.ts';

/** The options of the commands that change a copy. */
export const jobOptions: readonly Option[] = [
  { name: 'from', short: 'e', value: 'NAME[@SNAPSHOT]', summary: 'copy this environment or snapshot' },
  { name: 'name', value: 'NAME', summary: 'name of the copy; a named copy is never pruned' },
  { name: 'description', short: 'd', value: 'TEXT', summary: 'set the description that the boot menu shows' },
  { name: 'no-activate', summary: 'keep the current default of the boot menu' },
  { name: 'once', short: 't', summary: 'boot it once, at the next start' },
  { name: 'tolerate-scriptlets', summary: 'accept the copy although package scriptlets failed' },
];

/** Reads the options of a job. */
export function readJob({ options, flags, argv }: Invocation, what: JobIntent['what']): JobIntent {
  const [command = ''] = argv;
  if (flags.has('once') && flags.has('no-activate')) {
    throw new BeHookError({ code: 'usage', text: `${command}: cannot use --once together with --no-activate` });
  }
  const [from, name] = [options.get('from'), options.get('name')];
  return {
    source: from === undefined ? undefined : parseTarget(from),
    name: name === undefined ? undefined : readName(name),
    description: readDescription(options.get('description')),
    activation: flags.has('once') ? 'once' : flags.has('no-activate') ? 'none' : 'default',
    now: now(),
    what,
    tolerateScriptlets: flags.has('tolerate-scriptlets'),
  };
}

/** Runs a job. On a terminal it shows the output of programs while they print it. The log always has all output. */
export async function answerJob(invocation: Invocation, intent: JobIntent): Promise<CommandResult> {
  const { flags } = invocation;
  const json = flags.has('json');
  if (flags.has('dry-run')) return await answerDryRun(invocation, intent);
  const isRead = wantsProgress(invocation);
  const isSeen = showsProgress(invocation) && !json && !isRead;
  const result = await upgrade(actOptions(invocation), intent, {
    onOutput: (chunk) => {
      if (isSeen) process.stderr.write(chunk);
    },
    onProgress: (sentence) => {
      if (isSeen) process.stderr.write(`be-hook: ${visible(sentence)}\n`);
    },
    onStage: isRead ? stageReporter() : () => undefined,
  });
  return json ? { stdout: printJson(resultData(result)), messages: [], exitCode: 0 } : describeResult(result, intent);
}

function describeResult(
  { name, source, findings, packages, notes }: JobResult,
  { activation }: JobIntent,
): CommandResult {
  const next = {
    default: 'It boots by default from now on: reboot to use it.',
    once: 'It boots once, at the next start.',
    none: `Boot it by default with: be-hook activate ${name ?? ''}`,
  };
  const messages = [
    ...(name === undefined ? [] : [`“${name}” is a copy of “${source}”, complete. ${next[activation]}`]),
    ...notes,
    ...findings.map((finding) => `be-hook: warning: ${describeFinding(finding)}`),
  ];
  return { stdout: packages === undefined ? '' : packageLines(packages), messages, exitCode: 0 };
}

function resultData({ name, source, findings, packages, notes }: JobResult): UpgradeData {
  const changes = packages === undefined ? null : packageChangesData(packages);
  return { version: 1, name: name ?? null, source, findings, packages: changes, notes };
}

async function answerDryRun(invocation: Invocation, intent: JobIntent): Promise<CommandResult> {
  const { flags } = invocation;
  const preview = await previewJob(actOptions(invocation), intent);
  const text = flags.has('json') ? printJson(previewData(preview)) : printPreview(preview, flags);
  return { stdout: text, messages: [], exitCode: 0 };
}

function previewData({ plan, command, stages }: JobPreview): UpgradePlanData {
  const { name, source, steps } = plan;
  return { version: 1, dryRun: true, name, source, steps, command, stages };
}

/** The stages. The steps of the copy are below the stage that makes it. */
function printPreview({ plan, stages }: JobPreview, flags: Invocation['flags']): string {
  const lines = stages.flatMap(({ stage, message }, index) => {
    const steps = stage === 'copy' ? stepSentences(plan.steps, flags) : [];
    return [`${index + 1}. ${visible(message)}\n`, ...steps.map((step) => `   - ${step}\n`)];
  });
  return lines.join('');
}
