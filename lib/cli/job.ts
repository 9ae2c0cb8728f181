import type { ActOptions } from '../app/act.ts';
import { type JobIntent, type JobResult, planOnly, upgrade } from '../app/upgrade.ts';
import { describeStep } from '../apply/describe.ts';
import { describeFinding } from '../model/finding-text.ts';
import { BeHookError } from '../model/problem.ts';
import { parseTarget } from '../model/snapshot-name.ts';
import { visible } from '../model/visible.ts';
import type { Answer, Invocation, Option } from './command.ts';
import { printJson } from './output/json.ts';
import { packageLines } from './output/packages.ts';
import { actOptions, now, showsProgress } from './perform.ts';
import { readDescription, readName } from './read.ts';

/** The options of what changes a copy. */
export const jobOptions: readonly Option[] = [
  { name: 'from', short: 'e', value: 'NAME[@SNAPSHOT]', summary: 'copy this environment or snapshot' },
  { name: 'name', value: 'NAME', summary: 'name of the copy; a named copy is never pruned' },
  { name: 'description', short: 'd', value: 'TEXT', summary: 'set the description that the boot menu shows' },
  { name: 'no-activate', summary: 'keep the current default of the boot menu' },
  { name: 'once', short: 't', summary: 'boot it once, at the next start' },
  { name: 'tolerate-scriptlets', summary: 'accept the copy although package scriptlets failed' },
];

/** Reads them. */
export function readJob({ options, switches, words }: Invocation, what: JobIntent['what']): JobIntent {
  const [command = ''] = words;
  if (switches.has('once') && switches.has('no-activate')) {
    throw new BeHookError({ code: 'usage', text: `${command}: say --once or --no-activate, not both` });
  }
  const [from, name] = [options.get('from'), options.get('name')];
  return {
    source: from === undefined ? undefined : parseTarget(from),
    name: name === undefined ? undefined : readName(name),
    description: readDescription(options.get('description')),
    activation: switches.has('once') ? 'once' : switches.has('no-activate') ? 'none' : 'default',
    now: now(),
    what,
    tolerateScriptlets: switches.has('tolerate-scriptlets'),
  };
}

/** Does it. What programs print is shown while they print it, on a terminal; the log has all of it in any case. */
export async function answerJob(invocation: Invocation, intent: JobIntent): Promise<Answer> {
  const { switches } = invocation;
  const json = switches.has('json');
  if (switches.has('dry-run')) return await answerDryRun(actOptions(invocation), intent, json);
  const isSeen = showsProgress(invocation) && !json;
  const result = await upgrade(actOptions(invocation), intent, {
    listen: (chunk) => {
      if (isSeen) process.stderr.write(chunk);
    },
    tell: (sentence) => {
      if (isSeen) process.stderr.write(`be-hook: ${visible(sentence)}\n`);
    },
  });
  return json ? { data: printJson(resultData(result)), words: [], status: 0 } : answer(result, intent);
}

function answer({ name, source, findings, packages, notes }: JobResult, { activation }: JobIntent): Answer {
  const next = {
    default: 'It boots by default from now on: reboot to use it.',
    once: 'It boots once, at the next start.',
    none: `Boot it by default with: be-hook activate ${name ?? ''}`,
  };
  const words = [
    ...(name === undefined ? [] : [`“${name}” is a copy of “${source}”, complete. ${next[activation]}`]),
    ...notes,
    ...findings.map((finding) => `be-hook: warning: ${describeFinding(finding)}`),
  ];
  return { data: packages === undefined ? '' : packageLines(packages), words, status: 0 };
}

function resultData({ name, source, findings, packages, notes }: JobResult): object {
  return { version: 1, name: name ?? null, source, findings, packages: packages ?? null, notes };
}

async function answerDryRun(options: ActOptions, intent: JobIntent, json: boolean): Promise<Answer> {
  const { plan, command } = await planOnly(options, intent);
  if (json) {
    const data = { version: 1, dryRun: true, name: plan.name, source: plan.source, steps: plan.steps, command };
    return { data: printJson(data), words: [], status: 0 };
  }
  const sentences = [
    ...plan.steps.map(describeStep),
    `run in “${plan.name}”, where nothing of the machine can be reached: ${command.join(' ')}`,
    'look for what went wrong; only if nothing did:',
    `let the boot menu offer “${plan.name}”${intent.activation === 'none' ? '' : ', and boot it next'}`,
  ];
  const lines = sentences.map((sentence, index) => `${index + 1}. ${visible(sentence)}\n`);
  return { data: lines.join(''), words: [], status: 0 };
}
