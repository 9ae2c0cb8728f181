import { execFile } from 'node:child_process';

/** How a program ended and what it said. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in an environment of the tests: no settings of the caller's rpm, locale or Node reach it. */
export function run(command: string, args: readonly string[], cwd = '/'): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin', HOME: '/root', LC_ALL: 'C.UTF-8' };
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
      else reject(new Error(`${command} could not be run`, { cause: error }));
    });
  });
}

/** Runs a program that has to succeed and gives its standard output. */
export async function must(command: string, args: readonly string[], cwd = '/'): Promise<string> {
  const { status, stdout, stderr } = await run(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
