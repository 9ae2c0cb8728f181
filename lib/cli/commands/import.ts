import { importEnvironment } from '../../app/import.ts';
import { BeHookError } from '../../model/problem.ts';
import { type Command, filesystemOptions, jsonOption, progressOption, type Run } from '../command.ts';
import { actOptions, answerPlan, now, streamListener } from '../perform.ts';
import { readName } from '../read.ts';

/** `be-hook import` */
export const importCommand: Command = {
  name: 'import',
  group: 'return',
  summary: 'create an environment from a stream on standard input',
  examples: [
    { line: 'be-hook import stable <stable.stream', does: 'create an environment from a file' },
    { line: 'ssh other be-hook export main | be-hook import other', does: 'copy it from another machine' },
  ],
  arguments: [{ name: 'NEW-NAME' }],
  options: [...filesystemOptions, progressOption, jsonOption],
};

/** Carries out `be-hook import`. */
export const runImport: Run = async (invocation) => {
  const name = readName(invocation.arguments[0] ?? '');
  refuseTerminal();
  const onStage = streamListener(invocation, {
    receive: 'receiving the stream',
    check: 'checking the received subvolumes',
    publish: `putting “${name}” into the boot menu`,
  });
  const plan = await importEnvironment(actOptions(invocation), { name, now: now() }, onStage);
  return answerPlan(plan, invocation);
};

/** Throws `usage` where a user would have to type the stream. */
export function refuseTerminal(): void {
  if (process.stdin.isTTY) {
    const text = 'import: cannot read a stream from a terminal; read it from a file or from be-hook export';
    throw new BeHookError({ code: 'usage', text });
  }
}
