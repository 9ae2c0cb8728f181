import type { Ended } from './bubble.ts';
import type { HookMachine } from './hook-machine.ts';

const script = `
place=$(command -v "$1") || exit 127
shift
cp -L "$place" /usr/lib/real
cp /usr/lib/stand-in "$place"
exec "$@"`;

/** Runs a command on a machine where a shell script replaces a program. The real program is /usr/lib/real. */
export function runWithStandIn(
  machine: HookMachine,
  { program, text }: { readonly program: string; readonly text: string },
  command: readonly string[],
): Promise<Ended> {
  const files = { '/usr/lib/stand-in': { text, mode: 0o755 } };
  return machine.run(['sh', '-c', script, 'sh', program, ...command], { files });
}
