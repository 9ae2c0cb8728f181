import { snapshot } from '../../app/commands.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan, now } from '../perform.ts';
import { readDescription, readSnapshotName } from '../read.ts';

/** `be-hook snapshot` */
export const snapshotCommand: Command = {
  name: 'snapshot',
  group: 'return',
  summary: 'make a read-only copy of an environment',
  examples: [
    { line: 'be-hook snapshot', does: 'keep the running system as it is now' },
    { line: "be-hook snapshot -d 'before the tests' main@monday", does: 'choose name and description' },
  ],
  arguments: [{ name: 'NAME[@SNAPSHOT]', optional: true }],
  options: [
    { name: 'description', short: 'd', value: 'TEXT', summary: 'set the description' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook snapshot`. */
export const runSnapshot: Run = async (invocation) => {
  const { name, snapshot: text } = parseTarget(invocation.arguments[0] ?? '');
  const intent = {
    name: name === '' ? undefined : name,
    snapshot: text === undefined ? undefined : readSnapshotName(text),
    description: readDescription(invocation.options.get('description')),
    now: now(),
  };
  return answerPlan(await snapshot(actOptions(invocation), intent), invocation);
};
