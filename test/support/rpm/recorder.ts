import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BuiltRpm, buildSpec, makeTop } from './build.ts';
import { must } from './run.ts';

/**
 * Replaces the guard: supports every machine, is set up if /boot/be-hook.cfg exists, and records the commands instead of
 * running them. If a file /change exists, /boot changes once in the meantime.
 */
const guard = `be_hook_serves() { return 0; }
be_hook_is_set_up() { [ -e /boot/be-hook.cfg ]; }
be_hook_run() {
  echo "run \${1##*/}" >>/log
  if [ -e /change ]; then mv /change /boot/changed; fi
}
`;

/** Replaces the command: records its argv, and fails if a file /fail exists. */
const command = `#!/bin/sh
echo "be-hook\${1:+ $*}" >>/log
case $1 in setup) ;; uninstall) rm -f /boot/be-hook.cfg ;; esac
if [ -e /fail ]; then echo 'be-hook: failed' >&2; exit 74; fi
`;

/**
 * Rebuilds the package of be-hook from its source package. All parts that rpm runs (spec, scriptlets, triggers, posttrans) are
 * unchanged, but recorders replace the guard and the command. Returns the path of the package.
 */
export async function buildRecorder({ source }: BuiltRpm, top: string, version: string): Promise<string> {
  await makeTop(top);
  await must('rpm', ['-i', '--define', `_topdir ${top}`, source]);
  const [, original = ''] = /-([0-9.]+)-1\.src\.rpm$/.exec(basename(source)) ?? [];
  const spec = join(top, 'SPECS/be-hook.spec');
  await writeFile(spec, (await readFile(spec, 'utf8')).replace(/^(Version: +).*$/m, `$1${version}`));
  const sources = join(top, 'SOURCES');
  await must('tar', ['-xzf', `be-hook-${original}.tar.gz`], sources);
  const unpacked = join(sources, `be-hook-${original}`);
  await writeFile(join(unpacked, 'hooks/guard.sh'), guard);
  await writeFile(join(unpacked, 'packaging/be-hook.sh'), command);
  const tree = join(sources, `be-hook-${version}`);
  if (tree !== unpacked) {
    await cp(unpacked, tree, { recursive: true });
    await rm(unpacked, { recursive: true });
  }
  await must('tar', ['-czf', `be-hook-${version}.tar.gz`, `be-hook-${version}`], sources);
  const path = (await buildSpec(top, spec)).find((candidate) => /\/be-hook-[0-9][^/]*$/.test(candidate));
  if (path === undefined) throw new Error('rpmbuild wrote nothing');
  return path;
}
