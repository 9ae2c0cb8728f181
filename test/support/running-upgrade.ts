import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PackageSystem } from './package-system.ts';
import { beHookOk, programPath } from './program.ts';

/** Waits until a condition is true. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await condition()) return;
  throw new Error(`${what}: not within a minute`);
}

/** A running upgrade in its own process group. */
export interface RunningUpgrade {
  readonly pid: number;
  readonly ended: () => PromiseLike<{ readonly exitCode?: number; readonly signal?: string; readonly stderr: string }>;
}

/** Lines of a scriptlet that reports its start, and continues when the test permits it. */
export const waits = 'touch /hanging\nuntil [ -e /go ]; do sleep 0.1; done';

/** Starts an upgrade. */
export function startUpgrade({ fs }: Pick<PackageSystem, 'fs'>): RunningUpgrade {
  const running = execa(process.execPath, [programPath, 'upgrade', '--filesystem', fs.top], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    extendEnv: false,
    detached: true,
    reject: false,
    stdin: 'ignore',
  });
  return { pid: running.pid ?? 0, ended: () => running };
}

/** Starts an upgrade, and waits until a scriptlet with `waits` has started in the copy. */
export async function startHanging(system: PackageSystem, copy: string): Promise<RunningUpgrade> {
  const started = startUpgrade(system);
  await eventually(() => existsSync(join(system.fs.top, `be-hook/${copy}/root/hanging`)), 'the scriptlet began');
  return started;
}

/** The outcome that `be-hook diagnose` reports. */
export async function outcomeOf({ fs }: Pick<PackageSystem, 'fs'>, name: string): Promise<string> {
  const text = await beHookOk('diagnose', name, '--filesystem', fs.top);
  return /^Outcome: +(.*)$/m.exec(text)?.[1] ?? '';
}
