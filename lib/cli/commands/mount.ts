import { mount } from '../../app/mount.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, dryRunOption, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { actOptions, answerPlan } from '../perform.ts';

/** `be-hook mount` */
export const mountCommand: Command = {
  name: 'mount',
  group: 'daily',
  summary: 'mount an environment or a snapshot; print its mount point',
  examples: [
    { line: 'be-hook mount stable', does: 'mount an environment, writable' },
    { line: 'be-hook mount -o ro stable@monday /mnt', does: 'mount a snapshot on /mnt' },
  ],
  arguments: [{ name: 'NAME[@SNAPSHOT]' }, { name: 'DIR', optional: true }],
  options: [
    { name: 'options', short: 'o', value: 'ro|rw', summary: 'mount read-only or writable (default: rw)' },
    ...filesystemOptions,
    dryRunOption,
    jsonOption,
  ],
};

/** Carries out `be-hook mount`. */
export const runMount: Run = async (invocation) => {
  const [name = '', directory] = invocation.arguments;
  const access = invocation.options.get('options') ?? 'rw';
  if (access !== 'ro' && access !== 'rw')
    throw new BeHookError({ code: 'usage', text: 'mount: cannot use this value of -o; use ro or rw' });
  const intent = { target: parseTarget(name), directory, readOnly: access === 'ro' };
  const plan = await mount(actOptions(invocation), intent);
  const result = answerPlan(plan, invocation);
  if (invocation.flags.has('json') || invocation.flags.has('dry-run')) return result;
  return { ...result, stdout: plan.steps.flatMap(mountpointOf).join('') };
};

function mountpointOf(step: Awaited<ReturnType<typeof mount>>['steps'][number]): readonly string[] {
  return step.kind === 'mount-subvolumes' ? [`${step.mounts[0]?.mountpoint ?? ''}\n`] : [];
}
