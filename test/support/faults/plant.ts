import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tool } from '../guest/tool.ts';

/** A fault that a test makes on a healthy machine. */
export interface Fault {
  /** What is wrong, for people. */
  readonly title: string;
  /** The check that has to find it. */
  readonly check: string;
  /** The environment of the finding; null for the machine. */
  readonly of: string | null;
  readonly plant: Planting;
}

/** Makes a fault below the top of the file system. Returns what removes it again. */
export type Planting = (top: string) => Promise<() => Promise<void>>;

/** Replaces the text of a file, or makes the file. Its neighbours stay as they are. */
export function edit(path: string, change: (text: string) => string): Planting {
  return replaced(path, async (file) => {
    const old = await readFile(file, 'utf8').catch(() => '');
    await rm(file, { recursive: true, force: true });
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, change(old));
  });
}

/** Overwrites the start of a file with zeros, as a power cut may do. */
export function zero(path: string): Planting {
  return replaced(path, async (file) => {
    const bytes = await readFile(file);
    await writeFile(file, Buffer.alloc(bytes.length));
  });
}

/** Removes a file or directory. */
export function remove(path: string): Planting {
  return replaced(path, (file) => rm(file, { recursive: true }));
}

/** Replaces a file with a symbolic link. */
export function link(path: string, target: string): Planting {
  return replaced(path, async (file) => {
    await rm(file, { recursive: true, force: true });
    await symlink(target, file);
  });
}

/** Replaces a file with an empty directory. */
export function directory(path: string): Planting {
  return replaced(path, async (file) => {
    await rm(file, { recursive: true, force: true });
    await mkdir(file);
  });
}

/** Runs a shell script with the top as `$1`, and another one to undo it. */
export function script(plant: string, undo: string): Planting {
  return async (top) => {
    await tool('sh', ['-euc', plant, 'sh', top]);
    return async () => {
      await tool('sh', ['-euc', undo, 'sh', top]);
    };
  };
}

/** Sets an extended attribute of a directory or file. */
export function attribute(path: string, name: string, change: (value: string) => string): Planting {
  return async (top) => {
    const file = join(top, path);
    const read = ['--only-values', '-h', '-n', name, file];
    const old = await tool('getfattr', read).catch(() => undefined);
    await tool('setfattr', ['-h', '-n', name, '-v', change(old ?? ''), file]);
    return async () => {
      await tool('setfattr', old === undefined ? ['-h', '-x', name, file] : ['-h', '-n', name, '-v', old, file]);
    };
  };
}

/** Keeps a copy of a file or directory while `plant` changes it. Undoing removes a file that `plant` made. */
function replaced(path: string, plant: (file: string) => Promise<void>): Planting {
  return async (top) => {
    const file = join(top, path);
    const store = await mkdtemp(join(tmpdir(), 'be-hook-fault-'));
    const kept = join(store, 'kept');
    const exists = await cp(file, kept, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true }).then(
      () => true,
      () => false,
    );
    await plant(file);
    return async () => {
      await rm(file, { recursive: true, force: true });
      if (exists) await cp(kept, file, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      await rm(store, { recursive: true, force: true });
    };
  };
}

/** Moves a file to another name in its directory. */
export function move(path: string, name: string): Planting {
  return async (top) => {
    const from = join(top, path);
    const to = join(dirname(from), name);
    await rename(from, to);
    return () => rename(to, from);
  };
}
