import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of be-hook as its package installs it. The path is relative to the root. */
export interface InstalledFile {
  readonly path: string;
  readonly contents: Uint8Array;
  readonly mode: number;
}

const checkout = fileURLToPath(new URL('../..', import.meta.url));

let files: Promise<readonly InstalledFile[]> | undefined;

/**
 * All files below /usr that the package of be-hook installs for its hooks and its command, read once in a process. The
 * programs are those in dist/.
 */
export function installedFiles(): Promise<readonly InstalledFile[]> {
  files ??= collect();
  return files;
}

async function collect(): Promise<readonly InstalledFile[]> {
  const source = (path: string): Promise<Uint8Array> => readFile(join(checkout, path));
  const programs = (await readdir(join(checkout, 'dist'))).filter((name) => name.endsWith('.cjs'));
  return [
    ...(await Promise.all(
      programs.map(async (name) => {
        return { path: `usr/lib/be-hook/${name}`, contents: await source(`dist/${name}`), mode: 0o644 };
      }),
    )),
    { path: 'usr/bin/be-hook', contents: await source('packaging/be-hook.sh'), mode: 0o755 },
    { path: 'usr/lib/be-hook/guard.sh', contents: await source('hooks/guard.sh'), mode: 0o644 },
    { path: 'usr/lib/be-hook/package-transaction', contents: await source('hooks/package-transaction'), mode: 0o755 },
    { path: 'usr/lib/be-hook/settle', contents: await source('packaging/systemd/settle'), mode: 0o755 },
    ...(await Promise.all(
      ['posttrans', 'after-installation', 'before-removal', 'give-back'].map(async (name) => {
        return { path: `usr/lib/be-hook/${name}`, contents: await source(`rpm-scriptlets/${name}`), mode: 0o755 };
      }),
    )),
    ...(await Promise.all(
      ['05', '95'].map(async (number) => {
        const name = `${number}-be-hook.install`;
        return { path: `usr/lib/kernel/install.d/${name}`, contents: await source(`hooks/${name}`), mode: 0o755 };
      }),
    )),
  ];
}
