import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Ran, runCleanly } from './program.ts';

const identity = ['--reuid', '1000', '--regid', '1000', '--clear-groups', '--'];

/**
 * Runs a program as an unprivileged user. A shell starts it, because setpriv keeps its capabilities until it has started
 * a program.
 */
export function asUser(...words: readonly string[]): Promise<Ran> {
  return runCleanly('setpriv', [...identity, 'sh', '-c', 'exec "$@"', 'sh', ...words]);
}

/** Runs a shell script as an unprivileged user in a loop while `body` runs. */
export async function whileUser<T>(script: string, words: readonly string[], body: () => Promise<T>): Promise<T> {
  return await whileProgram(['sh', '-c', `while :; do\n${script}\ndone 2>/dev/null`, 'sh', ...words], body);
}

/**
 * Swaps names in directories as fast as one process can while `body` runs: subvolumes are renamed and renamed back,
 * directories and symbolic links to `target` replace them, one subvolume moves into another, and a file becomes a pipe
 * and a link to a device. `patterns` are patterns of Python's glob for directories of the user that may contain `s1`,
 * `s2` and `d`.
 */
export async function whileSwapping<T>(
  patterns: readonly string[],
  target: string,
  body: () => Promise<T>,
): Promise<T> {
  return await whileProgram(['/usr/bin/python3', '-c', swapper, target, ...patterns], body);
}

const swapper = `
import glob, os, sys

def attempt(action, *places):
    try:
        action(*places)
    except OSError:
        pass

def write(place):
    with open(place, "w") as file:
        file.write("x")

target = sys.argv[1]
while True:
    for home in [home for pattern in sys.argv[2:] for home in glob.glob(pattern)]:
        at = lambda name: home + "/" + name
        attempt(os.mkdir, at("d"))
        for name in ("s1", "s2", "d"):
            attempt(os.rename, at(name), at("away-" + name))
            attempt(os.symlink, target, at(name))
            attempt(os.unlink, at(name))
            attempt(os.mkdir, at(name))
            attempt(os.rmdir, at(name))
            attempt(os.rename, at("away-" + name), at(name))
        for make in (write, os.mkfifo, lambda place: os.symlink("/dev/zero", place)):
            attempt(make, at("f"))
            attempt(os.unlink, at("f"))
        attempt(os.rename, at("s1"), at("d/s1"))
        attempt(os.rename, at("s2"), at("s1"))
        attempt(os.rename, at("d/s1"), at("s2"))
`;

async function whileProgram<T>(words: readonly string[], body: () => Promise<T>): Promise<T> {
  const child = spawn('setpriv', [...identity, ...words], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    return await body();
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
