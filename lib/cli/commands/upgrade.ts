import { readPackageCommand } from '../../plan/package-manager.ts';
import { type Command, dryRunOption, filesystemOption, jsonOption } from '../command.ts';
import { answerJob, jobOptions, readJob } from '../job.ts';

/** `be-hook upgrade` */
export const upgradeCommand: Command = {
  name: 'upgrade',
  summary: 'upgrade packages in a copy of the running system, and boot that next',
  arguments: [],
  verbatim: '[-- WORD…]',
  options: [...jobOptions, filesystemOption, dryRunOption, jsonOption],
  run: (invocation) => {
    const asked = readPackageCommand(invocation.arguments);
    return answerJob(invocation, readJob(invocation, { kind: 'upgrade', asked }));
  },
};
