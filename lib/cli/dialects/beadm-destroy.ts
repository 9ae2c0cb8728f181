import { inspect } from '../../app/inspect.ts';
import { BeHookError } from '../../model/problem.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { confirm } from '../confirm.ts';
import { ending } from './beadm-change.ts';
import { snapshotsStatus } from './beadm-status.ts';
import { misused } from './beadm-usage.ts';
import { type DialectCommand, perform, quietOptions } from './call.ts';
import { destroyMounted } from './destroy.ts';
import { getopt } from './getopt.ts';

/** `beadm destroy [-fFsv] beName | beName@snapshot`: asks first, unless -F is given. */
export const destroyIt: DialectCommand = async (call) => {
  const read = getopt(call.argv, 'fFsv');
  if ('letter' in read) return misused();
  const { values, operands } = read;
  const [name] = operands;
  if (name === undefined || operands.length > 1) return misused();
  const target = parseTarget(name);
  if (target.snapshot === '') return misused();
  if (!values.has('F')) {
    const result = await confirm(`Are you sure you want to destroy ${name}?\nThis action cannot be undone (y/[n]): `);
    if (result === undefined) throw new BeHookError({ code: 'not-confirmed', name });
    if (!result) return { stdout: `${name} has not been destroyed.\n`, messages: [], exitCode: 0 };
  }
  if (target.snapshot === undefined && !values.has('s')) {
    const { environments } = await inspect(call.where);
    const snapshots = environments.find((environment) => environment.name === name)?.snapshots ?? [];
    if (snapshots.length > 0) {
      const messages = [`Unable to destroy ${name}: it has snapshots.`, `Use 'beadm destroy -s ${name}'.`];
      return { stdout: '', messages, exitCode: snapshotsStatus };
    }
  }
  const end = ending(call, 'Destroyed successfully', `Unable to destroy ${name}.`, read);
  return perform(() => destroyMounted(quietOptions(call), target, values.has('f')), end);
};
