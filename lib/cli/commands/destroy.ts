import { destroy } from '../../app/commands.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { confirm } from '../confirm.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook destroy` */
export const destroyCommand: Command = {
  name: 'destroy',
  group: 'daily',
  summary: 'delete a boot environment or a snapshot',
  examples: [
    { line: 'be-hook destroy before-update', does: 'delete an environment and its snapshots' },
    { line: 'be-hook destroy --force main@monday', does: 'delete a snapshot without a question' },
  ],
  arguments: [{ name: 'NAME[@SNAPSHOT]' }],
  options: [
    { name: 'force', short: 'F', summary: 'do not ask (refusals still apply)' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook destroy`. */
export const runDestroy: Run = async (invocation) => {
  const [name = ''] = invocation.arguments;
  const target = parseTarget(name);
  const options = actOptions(invocation);
  if (!invocation.flags.has('force') && !options.dryRun) {
    // be-hook asks only about a deletion that it would not refuse.
    const plan = await destroy({ ...options, dryRun: true }, target);
    const result = await confirm(`Destroy “${name}”, ${countDeleted(plan)}? This cannot be undone (y/[n]) `);
    if (result === undefined) throw new BeHookError({ code: 'not-confirmed', name });
    if (!result) return { stdout: '', messages: [`“${name}” was not destroyed.`], exitCode: 0 };
  }
  return answerPlan(await destroy(options, target), invocation);
};

function countDeleted({ steps }: Awaited<ReturnType<typeof destroy>>): string {
  const count = steps.filter(({ kind }) => kind === 'delete-subvolume').length;
  return count === 1 ? 'one subvolume' : `${count} subvolumes`;
}
