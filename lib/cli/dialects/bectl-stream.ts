import { exportEnvironment } from '../../app/export.ts';
import { importEnvironment } from '../../app/import.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { refuseTerminal as refuseOutput } from '../commands/export.ts';
import { refuseTerminal as refuseInput } from '../commands/import.ts';
import { now } from '../perform.ts';
import { readName } from '../read.ts';
import { bectlStatus as status } from './bectl-status.ts';
import { misused } from './bectl-usage.ts';
import { type DialectCommand, perform, quietOptions } from './call.ts';

const bectl = { tool: 'bectl', status, done: '' } as const;

/** `bectl export sourceBe` */
export const exportIt: DialectCommand = async (call) => {
  const [name, more] = call.argv;
  if (name === undefined || more !== undefined) return misused('bectl export: wrong number of arguments');
  refuseOutput();
  return perform(() => exportEnvironment(quietOptions(call), parseTarget(name)), bectl);
};

/** `bectl import targetBe` */
export const importIt: DialectCommand = async (call) => {
  const [name, more] = call.argv;
  if (name === undefined || more !== undefined) return misused('bectl import: wrong number of arguments');
  refuseInput();
  const request = { name: readName(name), now: now() };
  return perform(() => importEnvironment(quietOptions(call), request), bectl);
};
