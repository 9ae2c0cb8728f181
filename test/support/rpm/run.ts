import { execFile } from 'node:child_process';

/** The exit status and the output of a program. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with the environment variables of the tests, without the caller's settings of rpm, locale or Node.js. */
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

/** Runs a program that must succeed, and returns its standard output. */
export async function must(command: string, args: readonly string[], cwd = '/'): Promise<string> {
  const { status, stdout, stderr } = await run(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
