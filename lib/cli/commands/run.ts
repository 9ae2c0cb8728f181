import { type Command, dryRunOption, filesystemOptions, jsonOption, progressOption, type Run } from '../command.ts';
import { answerJob, jobOptions, readJob } from '../job.ts';

/** `be-hook run` */
export const runCommand: Command = {
  name: 'run',
  group: 'upgrade',
  summary: 'run a command in a copy; boot the copy next',
  examples: [
    { line: 'be-hook run dnf -y autoremove', does: 'run a command in a copy' },
    { line: 'be-hook run --no-activate sh /root/convert.sh', does: 'keep the default of the boot menu' },
  ],
  arguments: [{ name: 'COMMAND' }],
  passthrough: '[ARGUMENT…]',
  options: [...jobOptions, ...filesystemOptions, dryRunOption, progressOption, jsonOption],
};

/** Carries out `be-hook run`. */
export const runRun: Run = (invocation) =>
  answerJob(invocation, readJob(invocation, { kind: 'run', command: invocation.arguments }));
