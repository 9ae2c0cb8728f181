import { execa } from 'execa';

/** Milliseconds that a command takes. */
export async function time(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  await execa(program, [...args], { extendEnv: false, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  return performance.now() - started;
}
