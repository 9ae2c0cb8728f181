import { exec } from '../../app/exec.ts';
import type { ExecPlan } from '../../model/exec.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { visible } from '../../model/visible.ts';
import { type Command, type CommandResult, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printJson } from '../output/json.ts';
import { problemData, problemLines } from '../output/problem.ts';
import type { ExecPlanData } from '../output/schema/exec.ts';
import { actOptions } from '../perform.ts';

/** `be-hook exec` */
export const execCommand: Command = {
  name: 'exec',
  group: 'daily',
  summary: 'run a command or a shell in an environment',
  examples: [
    { line: 'be-hook exec stable', does: 'start a shell in an environment' },
    { line: 'be-hook exec stable rpm -qa', does: 'run one command in it' },
  ],
  arguments: [{ name: 'NAME' }],
  passthrough: '[CMD…]',
  options: [
    { name: 'shared', summary: 'mount shared volumes too, such as /home' },
    ...filesystemOptions,
    dryRunOption,
    { ...jsonOption, summary: 'with --dry-run: print JSON' },
  ],
};

/** Carries out `be-hook exec`. */
export const runExec: Run = async (invocation) => {
  const [name = '', ...given] = invocation.arguments;
  const { flags } = invocation;
  if (flags.has('json') && !flags.has('dry-run')) {
    throw new BeHookError({
      code: 'usage',
      text: 'exec: cannot use --json without --dry-run: the output is that of the command',
    });
  }
  const command = given.length > 0 ? given : ['/bin/sh', ...(process.stdin.isTTY ? ['-l'] : [])];
  const intent = { target: parseTarget(name), command, shared: flags.has('shared') };
  // The terminal belongs to the command, therefore be-hook does not report how it updates the menu afterwards.
  const options = { ...actOptions(invocation), report: () => undefined };
  const { plan, status, unsynced } = await exec(options, intent, {
    variables: inheritedVariables(),
    warn: (problems) => {
      if (flags.has('quiet')) return;
      for (const line of problemLines(problems, 'warning')) process.stderr.write(`${line}\n`);
    },
  });
  if (status === undefined) return answerPlanned(plan, flags.has('json'));
  return {
    stdout: '',
    messages: problemLines(unsynced === undefined ? [] : [unsynced], 'warning'),
    exitCode: status,
  };
};

/** The variables about the terminal and the language of the user that a command gets. */
function inheritedVariables(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['TERM', 'LANG'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function answerPlanned({ mounts, kernel, resolver, command, warnings }: ExecPlan, json: boolean): CommandResult {
  if (json) {
    const planned = { mounts, kernel, resolver: resolver ?? null, command };
    const data: ExecPlanData = { version: 1, dryRun: true, ...planned, warnings: warnings.map(problemData) };
    return { stdout: printJson(data), messages: [], exitCode: 0 };
  }
  const own = mounts.map(({ subvolume, mountpoint }) => `mount /${subvolume.path} on ${mountpoint}`);
  const sentences = [
    ...own.map((sentence, index) => (index === 0 ? `${sentence}, where only the command sees it` : sentence)),
    ...kernel.map(({ what, mountpoint }) => `give it a ${mountpoint}${what === 'sys' ? ', read-only' : ''}`),
    ...(resolver === undefined ? [] : [`copy the machine’s resolv.conf to ${resolver}`]),
    `run ${command.join(' ')}`,
  ];
  const lines = sentences.map((sentence, index) => `${index + 1}. ${visible(sentence)}\n`);
  return { stdout: lines.join(''), messages: problemLines(warnings, 'warning'), exitCode: 0 };
}
