import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { answerJob, jobOptions, readJob } from '../job.ts';

/** `be-hook run` */
export const runCommand: Command = {
  name: 'run',
  summary: 'run a command in a copy of the running system, and boot that next',
  arguments: [{ name: 'COMMAND' }],
  verbatim: '[ARGUMENT…]',
  options: [...jobOptions, filesystemOption, dryRunOption, jsonOption],
  run: (invocation) => answerJob(invocation, readJob(invocation, { kind: 'run', command: invocation.arguments })),
};
