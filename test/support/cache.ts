import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The directory of downloads and guest images between runs, outside the repository. It is safe to delete at any time. */
export function cacheRoot(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'be-hook-test');
}

/** A short hash of all inputs of a cached object, used as its key. */
export function recipeHash(recipe: unknown): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}

/**
 * Holds the named lock while `body` runs. The kernel releases it if this process dies: it is flock(2) on a file
 * that a child keeps open until its standard input closes. Waits for other processes.
 */
export async function withLock<T>(name: string, body: () => Promise<T>): Promise<T> {
  const directory = join(cacheRoot(), 'locks');
  await mkdir(directory, { recursive: true });
  const holder = spawn('flock', [join(directory, name), 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject);
      holder.once('exit', (code) => reject(new Error(`flock ended with ${code} before it held ${name}`)));
      holder.stdout.once('data', () => resolve());
    });
    return await body();
  } finally {
    holder.stdin.end();
  }
}

/**
 * The directory that `build` filled for this recipe. It is built at most once, also when several processes need it at
 * the same time. A failed or killed build leaves no directory that a later call accepts as finished.
 */
export async function cached(
  topic: string,
  recipe: unknown,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const name = `${topic}-${recipeHash(recipe)}`;
  const final = join(cacheRoot(), name);
  if (await exists(final)) return final;
  return withLock(`${name}.lock`, async () => {
    if (await exists(final)) return final;
    const unfinished = await mkdtemp(join(cacheRoot(), `.${topic}-`));
    try {
      await build(unfinished);
      await rename(unfinished, final);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return final;
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
