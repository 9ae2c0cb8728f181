import { readPackageCommand } from '../../plan/package-manager.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, progressOption, type Run } from '../command.ts';
import { answerJob, jobOptions, readJob } from '../job.ts';

/** `be-hook upgrade` */
export const upgradeCommand: Command = {
  name: 'upgrade',
  group: 'upgrade',
  summary: 'upgrade packages in a copy; boot the copy next',
  examples: [
    { line: 'be-hook upgrade', does: 'upgrade a copy of the running system' },
    { line: 'be-hook upgrade --name next -- install httpd', does: 'install a package in a copy' },
  ],
  arguments: [],
  passthrough: '[-- WORD…]',
  options: [...jobOptions, ...filesystemOptions, dryRunOption, progressOption, jsonOption],
};

/** Carries out `be-hook upgrade`. */
export const runUpgrade: Run = (invocation) => {
  const asked = readPackageCommand(invocation.arguments);
  return answerJob(invocation, readJob(invocation, { kind: 'upgrade', asked }));
};
