import { type BeName, freeBeName } from '../model/be-name.ts';
import type { Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { planCreate } from './create.ts';
import { defaultEnvironment } from './find-environment.ts';
import { isSetUp } from './setup.ts';
import type { World } from './world.ts';

/** The request to keep the running boot environment as it is. */
export interface RestorePointIntent {
  /**
   * An identifier of the package manager's process that no other process has; undefined if a person requests the copy.
   */
  readonly transaction: string | undefined;
  /** Undefined is a name made of the source's and the time. */
  readonly name: BeName | undefined;
  readonly description: string | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/** See `planBeforePackages`. */
export interface PackagesIntent extends RestorePointIntent {
  /** Whether the package manager lets a hook end its transaction: libzypp does not. */
  readonly refusable: boolean;
}

/**
 * For how many seconds a process counts as being in the same transaction. Two hooks of one transaction follow each
 * other immediately. A daemon that makes one transaction after the other lives for days.
 */
const oneTransaction = 120;

/** Copies the running boot environment as a restore point, and prunes older ones. The menu is written once. */
export function planRestorePoint(world: World, intent: RestorePointIntent): Plan | Problem {
  const { transaction, now, description } = intent;
  const { state } = world;
  const source = defaultEnvironment(state);
  if (source === undefined) return { code: 'no-environments' };
  const existing = state.environments.find(
    ({ restorePoint, created }) =>
      transaction !== undefined && restorePoint === transaction && Math.abs(now - created) < oneTransaction,
  );
  if (existing !== undefined) {
    const notes = [`“${existing.name}” is already the restore point of this transaction.`];
    return { steps: [], warnings: [], unresolved: [], notes };
  }
  const names = state.environments.map(({ name }) => name);
  const create = {
    source: { name: source.name, snapshot: undefined },
    name: intent.name ?? freeBeName(nameAt(source.name, now), names),
    description,
    activation: 'none',
    now,
    marked: { automatic: true, restorePoint: transaction ?? 'by hand' },
  } as const;
  return planCreate(world, create);
}

/**
 * Applies the settings of the running boot environment before its packages change. It does as much of that as possible.
 */
export function planBeforePackages(world: World, intent: PackagesIntent): Plan | Problem {
  const { state } = world;
  if (!isSetUp(state)) return { steps: [], warnings: [], unresolved: [] };
  const present = defaultEnvironment(state);
  const unserved = present?.problems.find(({ code }) => code === 'layout-unsupported');
  if (unserved !== undefined) return unserved;
  const policy = present?.config.packageTransactions;
  if (policy === 'refuse' && intent.refusable) return { code: 'packages-refused' };
  if (policy === 'ignore') return { steps: [], warnings: [], unresolved: [] };
  return planRestorePoint(world, intent);
}

/** `NAME-before-20261123-0911`, in UTC. A copy of a restore point gets the name of the restore point's source. */
function nameAt(source: BeName, now: number): BeName {
  const [day = '', time = ''] = new Date(now * 1000).toISOString().split('T');
  const base = source.replace(/-before-[0-9]{8}-[0-9]{4}(-[0-9]+)?$/, '').slice(0, 35);
  return `${base}-before-${day.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}` as BeName;
}
