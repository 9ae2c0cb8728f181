import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crossCheck } from './cross-check.ts';
import { type Dialect, runAs, runAsOk } from './dialect.ts';
import { tool } from './guest/tool.ts';
import { addPrograms } from './inner-system.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHookOk, listOf, type Ran } from './program.ts';
import { makeRoot } from './root-tree.ts';

/**
 * The equivalent of a pool in the test suite of bectl: a file system with the environment `default`, and also `main`,
 * which boots by default and does not change.
 */
export interface Pool {
  readonly fs: LoopBtrfs;
  /** Runs the dialect. It must succeed with an empty standard error. */
  readonly ok: (...words: string[]) => Promise<string>;
  /** Runs the dialect. */
  readonly run: (...words: string[]) => Promise<Ran>;
  readonly names: () => Promise<string[]>;
  /** The origin of each environment that has one. */
  readonly origins: () => Promise<Readonly<Record<string, string>>>;
  /** Cross-checks the whole state, with a boot from the GRUB directory of `main`. */
  readonly check: () => Promise<void>;
}

const withMainAndDefault = preparedBtrfs(async (fs) => {
  for (const name of ['main', 'default']) {
    await addPrograms(await makeRoot(fs, `@${name}`, { kernels: ['6.1.0-1'] }));
    await beHookOk('adopt', `@${name}`, '--filesystem', fs.top);
  }
});

/** Makes such a file system for `body`, and then removes all of it. */
export async function withPool(dialect: Dialect, body: (pool: Pool) => Promise<void>): Promise<void> {
  await withMainAndDefault(async (fs) => {
    const listed = async (): Promise<readonly { name: string; origin: string | null; path: string }[]> =>
      (await listOf(fs.top)).map((listed) => {
        const { origin } = listed as typeof listed & { origin: string | null };
        return { name: listed.name, origin, path: listed.subvolume.path };
      });
    await body({
      fs,
      ok: (...words) => runAsOk(dialect, '--filesystem', fs.top, ...words),
      run: (...words) => runAs(dialect, '--filesystem', fs.top, ...words),
      names: async () => (await listed()).map(({ name }) => name).sort(),
      origins: async () =>
        Object.fromEntries((await listed()).flatMap(({ name, origin }) => (origin === null ? [] : [[name, origin]]))),
      check: () => crossCheck(fs, ['@main/boot/grub']),
    });
  });
}

/** A directory for the mounts of a test. All mounts there end with it. */
export async function withDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'be-hook-dialect-'));
  try {
    await body(path);
  } finally {
    const script = 'for at in "$1"/*; do umount -R -l "$at" 2>/dev/null || :; done';
    await tool('sh', ['-c', script, 'sh', path]);
    await rm(path, { recursive: true, force: true });
  }
}
