import { execa } from 'execa';

/** How a tool is started. Of the caller's environment it gets only PATH and the place of the cache. */
export interface ToolOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds before the tool is killed; the default is ten minutes. */
  readonly timeout?: number;
}

/** Runs a tool and returns its standard output. A failure throws an error with the command and its output. */
export async function tool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const result = await execa(command, [...args], {
    extendEnv: false,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/root', ...options.env },
    timeout: options.timeout ?? 600_000,
    maxBuffer: 64 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  return result.stdout;
}
