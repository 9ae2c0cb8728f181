import type { ActOptions } from '../app/act.ts';
import type { StageListener } from '../app/in-stages.ts';
import { describeStep } from '../apply/describe.ts';
import { exitCodes } from '../model/exit-codes.ts';
import { BeHookError } from '../model/problem.ts';
import type { StreamStageName } from '../model/stage.ts';
import type { Plan } from '../model/step.ts';
import { visible } from '../model/visible.ts';
import type { Recorded } from '../plan/record.ts';
import type { CommandResult, Invocation } from './command.ts';
import { printJson } from './output/json.ts';
import { describeOutcome } from './output/outcome.ts';
import { problemData, problemLines } from './output/problem.ts';
import { printProgress, stageReporter } from './output/progress.ts';
import type { ActivateData, PlanData } from './output/schema/plan.ts';
import type { SetupData } from './output/schema/setup.ts';
import { stepSentences } from './output/steps.ts';
import { whereOf } from './where.ts';

/** How long a command waits for another be-hook process, in seconds. */
const lockTimeout = 30;

/**
 * The use case's options, as the command line has them. With `--verbose` or `--progress` each step is printed when it
 * begins.
 */
export function actOptions(invocation: Invocation): ActOptions {
  const { options, flags, argv } = invocation;
  return {
    where: whereOf(options),
    dryRun: flags.has('dry-run'),
    lockSeconds: lockTimeout,
    // The history has no line for sync. It has the line of the command whose result sync puts into the menu. The
    // journal has both.
    [argv[0] === 'sync' ? 'logged' : 'recorded']: requestOf(invocation),
    report: reportSteps(invocation),
  };
}

function reportSteps(invocation: Invocation): ActOptions['report'] {
  if (wantsProgress(invocation)) {
    return (step) => printProgress({ version: 1, step: step.kind, message: describeStep(step) });
  }
  const { flags } = invocation;
  if (!flags.has('verbose') || flags.has('json')) return () => undefined;
  return (step) => process.stderr.write(`${describeStep(step)}\n`);
}

/** Whether a program reads the progress. Throws `usage` for a form that be-hook does not know. */
export function wantsProgress({ options, argv: [command = ''] }: Invocation): boolean {
  const form = options.get('progress');
  if (form === undefined || form === 'json') return form !== undefined;
  throw new BeHookError({ code: 'usage', text: `${command}: cannot print progress as “${form}”; use --progress json` });
}

/** Whether a command shows its progress: at a terminal, without `--quiet`. */
export function showsProgress({ flags }: Pick<Invocation, 'flags'>): boolean {
  return process.stderr.isTTY && !flags.has('quiet');
}

/** Prints the stages of an export or import for a program; at a terminal, it prints a sentence when a stage begins. */
export function streamListener(
  invocation: Invocation,
  sentences: Readonly<Partial<Record<StreamStageName, string>>>,
): StageListener<StreamStageName> {
  if (wantsProgress(invocation)) return stageReporter();
  if (!showsProgress(invocation) || invocation.flags.has('json')) return () => undefined;
  return (stage, state) => {
    const sentence = state === 'begin' ? sentences[stage] : undefined;
    if (sentence !== undefined) process.stderr.write(`be-hook: ${visible(sentence)}\n`);
  };
}

/**
 * The result of a command that made a plan, or carried it out. `more` is further data for its JSON. On a terminal the
 * messages end with the result in one sentence.
 */
export function answerPlan(
  plan: Plan,
  invocation: Invocation,
  more: Pick<ActivateData, 'drift'> | Omit<SetupData, keyof PlanData> = {},
): CommandResult {
  const { flags } = invocation;
  const status = plan.unresolved[0] === undefined ? 0 : exitCodes[plan.unresolved[0].code];
  const dryRun = flags.has('dry-run');
  if (flags.has('json')) {
    const { steps, warnings, unresolved, notes = [] } = plan;
    const data: ActivateData | SetupData = {
      version: 1,
      dryRun,
      steps,
      warnings: warnings.map(problemData),
      unresolved: unresolved.map(problemData),
      notes,
      ...more,
    };
    return { stdout: printJson(data), messages: [], exitCode: status };
  }
  const sentences = stepSentences(plan.steps, flags).map((sentence, index) => `${index + 1}. ${sentence}\n`);
  const notes = dryRun ? [] : (plan.notes ?? []);
  const messages = [...notes, ...problemLines(plan.warnings, 'warning')];
  const isSilent = !process.stderr.isTTY || status !== 0 || (dryRun && plan.steps.length > 0);
  const outcome = isSilent ? undefined : describeOutcome(invocation, plan);
  if (outcome !== undefined) messages.push(outcome);
  return {
    stdout: dryRun ? sentences.join('') : '',
    messages,
    errors: problemLines(plan.unresolved, 'error'),
    exitCode: status,
  };
}

function requestOf({ argv, subject }: Invocation): Recorded {
  return { time: now(), user: caller(), command: argv, name: subject };
}

/** The present moment, in seconds since 1970. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** The user who became root for the request. */
function caller(): string {
  return process.env['SUDO_USER'] ?? process.env['DOAS_USER'] ?? 'root';
}
