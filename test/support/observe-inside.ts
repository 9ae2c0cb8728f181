import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Observation } from '../../lib/model/observation.ts';
import type { Session } from '../../lib/system/session.ts';
import type { HookMachine } from './hook-machine.ts';

const source = fileURLToPath(new URL('./observe-program.ts', import.meta.url));
const place = '/usr/lib/be-hook-observe.cjs';
let program: Promise<string> | undefined;

/** What a session of be-hook has opened and observed. */
export interface Seen {
  readonly opened: Session['opened'];
  readonly observation: Observation;
}

/**
 * What be-hook observes on the running system of a machine. `prepare` is a fixed sh program that runs before, and
 * `filesystem` is the argument of --filesystem.
 */
export async function observeInside(
  machine: Pick<HookMachine, 'sh'>,
  access: 'read' | 'write',
  { prepare = ':', filesystem = '' }: { readonly prepare?: string; readonly filesystem?: string } = {},
): Promise<Seen> {
  const script = `${prepare}\nexec node ${place} ${access} ${filesystem}`;
  const ended = await machine.sh(script, { files: await programFiles() });
  if (ended.status !== 0) throw new Error(`status ${ended.status}: ${ended.stdout}${ended.stderr}`);
  return JSON.parse(ended.stdout) as Seen;
}

/** The command that executes a barrier on /boot. It needs `programFiles`. */
export const settleCommand = `node ${place} settle`;

/** The files of a bubble in which these programs run. */
export async function programFiles(): Promise<Readonly<Record<string, string>>> {
  program ??= makeProgram();
  return { [place]: await program };
}

async function makeProgram(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
