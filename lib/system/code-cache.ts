import * as fs from 'node:fs';
import { wrap } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

/*
 * V8 compiles each function when it first runs, which takes a sixth of the time of a hook, and can store the result. A
 * process runs stored code without any check of what it does. So be-hook accepts it only from a directory where no
 * unprivileged user can write. /run is empty after each boot, and no power cut can damage a file in it.
 */
const directory = '/run/be-hook.code';

/** Writable for users other than root. */
const others = 0o022;

/** The files that this process has loaded. */
const loaded = new Map<string, unknown>();

/**
 * Loads a file of the program once, as `require` does. Uses its stored code, or stores it at the end of the process. The
 * build makes the bundles load each other by it (packaging/bundle.ts).
 */
export function loadCompiled(require: NodeJS.Require, path: string): unknown {
  if (!loaded.has(path)) loaded.set(path, load(require, path));
  return loaded.get(path);
}

function load(require: NodeJS.Require, path: string): unknown {
  if (process.getuid?.() !== 0 || !isSafe()) return require(path);
  const { source, store } = readSource(path);
  const cachedData = readCode(store);
  const script = new Script(wrap(source), { filename: path, ...(cachedData && { cachedData }) });
  if (cachedData === undefined || script.cachedDataRejected === true) {
    // V8 stores the functions that it has compiled by then.
    process.once('exit', () => writeCode(store, script.createCachedData()));
  }
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: readonly unknown[]) => void;
  run.call(module.exports, module.exports, require, module, path, dirname(path));
  return module.exports;
}

/** Makes the directory if it is missing. Returns whether only root can write to it. */
function isSafe(): boolean {
  try {
    fs.mkdirSync(directory, { mode: 0o700 });
  } catch {
    // It exists, or nothing can be stored.
  }
  const found = fs.lstatSync(directory, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & others) === 0;
}

/**
 * A file of the program, and where its code is stored. V8 rejects code of another version or with other flags, but it
 * compares only the length of the source. So the name of the stored code has what changes with each replacement of the
 * file.
 */
function readSource(path: string): { readonly source: string; readonly store: string } {
  const fd = fs.openSync(path, fs.constants.O_RDONLY);
  try {
    const { dev, ino, size, ctimeNs } = fs.fstatSync(fd, { bigint: true });
    const name = [dev, ino, size, ctimeNs, process.arch, process.version].join('-');
    return { source: fs.readFileSync(fd, 'utf8'), store: `${directory}/${name}` };
  } finally {
    fs.closeSync(fd);
  }
}

/** The stored code. The file has it twice: V8 runs damaged code, and no checksum is as fast as this comparison. */
function readCode(store: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = fs.openSync(store, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
    const { uid, mode } = fs.fstatSync(fd);
    if (uid !== 0 || (mode & others) !== 0) return undefined;
    const both = fs.readFileSync(fd);
    const half = both.length / 2;
    const code = both.subarray(0, half);
    return half > 0 && code.equals(both.subarray(half)) ? code : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Stores code; does nothing where that fails, because the program works without it. */
function writeCode(store: string, code: Buffer): void {
  const unfinished = `${store}.${process.pid}`;
  try {
    fs.writeFileSync(unfinished, Buffer.concat([code, code]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(unfinished, store);
  } catch {
    fs.rmSync(unfinished, { force: true });
  }
}
