import { exportEnvironment } from '../../app/export.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, filesystemOptions, progressOption, type Run } from '../command.ts';
import { actOptions, streamListener } from '../perform.ts';

/** `be-hook export` */
export const exportCommand: Command = {
  name: 'export',
  group: 'return',
  summary: 'write an environment as a stream to standard output',
  examples: [
    { line: 'be-hook export stable >stable.stream', does: 'save an environment in a file' },
    { line: 'be-hook export stable | ssh other be-hook import stable', does: 'copy it to another machine' },
  ],
  arguments: [{ name: 'NAME[@SNAPSHOT]' }],
  options: [...filesystemOptions, progressOption],
};

/** Carries out `be-hook export`. */
export const runExport: Run = async (invocation) => {
  refuseTerminal();
  const [name = ''] = invocation.arguments;
  const onStage = streamListener(invocation, { copy: `copying “${name}”`, send: `sending the copy of “${name}”` });
  const { notes = [] } = await exportEnvironment(actOptions(invocation), parseTarget(name), onStage);
  return { stdout: '', messages: notes, exitCode: 0 };
};

/** Throws `usage` where the stream would go to a terminal. */
export function refuseTerminal(): void {
  if (process.stdout.isTTY) {
    const text = 'export: cannot write a stream to a terminal; redirect it to a file or to be-hook import';
    throw new BeHookError({ code: 'usage', text });
  }
}
