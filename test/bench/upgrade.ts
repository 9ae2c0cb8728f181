import { join } from 'node:path';
import { tool } from '../support/guest/tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHookOk, programPath } from '../support/program.ts';
import type { TestPackage } from '../support/rpm/build.ts';
import { median, show } from './statistics.ts';
import { time } from './time.ts';

const rounds = 3;
const packageCount = 40;
const filesEach = 25;

function packages(version: string): readonly TestPackage[] {
  return Array.from({ length: packageCount }, (_none, number) => ({
    name: `app${number}`,
    version,
    files: Array.from({ length: filesEach }, (_nothing, file) => `/usr/share/app${number}/${file}`),
  }));
}

/** A manual upgrade of a copy by an administrator: only the package manager runs in it. */
const bare =
  'for d in dev proc sys; do mount --rbind /$d "$1/$d"; done; cd "$1"; shift; exec chroot . "$@" >/dev/null 2>&1';

/** Upgrades a snapshot with the package manager alone, as often as with be-hook, in turn. */
async function measure({ fs }: PackageSystem, manager: 'dnf5' | 'dnf-3'): Promise<string> {
  const [source, copy] = [join(fs.top, '@be1'), join(fs.top, 'bare')];
  const times = { bare: [] as number[], upgrade: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    await tool('btrfs', ['subvolume', 'snapshot', source, copy]);
    const words = ['--mount', '--propagation=private', 'sh', '-euc', bare, 'sh', copy, manager];
    const alone = await time('unshare', [...words, '--assumeyes', 'upgrade']);
    await tool('btrfs', ['subvolume', 'delete', '--commit-after', copy]);
    const options = ['--no-activate', '--name', 'next', '--filesystem', fs.top];
    const whole = await time(process.execPath, [programPath, 'upgrade', ...options, '--', manager]);
    await beHookOk('destroy', '-F', 'next', '--filesystem', fs.top);
    // The first round fills caches.
    if (round === 0) continue;
    times.bare.push(alone);
    times.upgrade.push(whole);
  }
  const more = (median(times.upgrade) - median(times.bare)) / 1000;
  const ratio = (median(times.upgrade) / median(times.bare)).toFixed(2);
  return `| ${manager} | ${show(times.upgrade)} | ${show(times.bare)} | **${more.toFixed(1)}** | **${ratio}** |`;
}

/** The times of `be-hook upgrade`, as a section of BENCHMARKS.md. */
export async function benchUpgrade(): Promise<string> {
  const rows: string[] = [];
  await withPackageSystem(packages('1'), async (system) => {
    await system.offer(packages('2'));
    for (const manager of ['dnf5', 'dnf-3'] as const) rows.push(await measure(system, manager));
  });
  return `## What an upgrade costs

\`be-hook upgrade\` compared with the package manager in a chroot on a snapshot of the same system: ${packageCount} packages with ${filesEach} files each
from a local repository, ${rounds} rounds, one after the other. be-hook downloads, copies the system, upgrades the copy, judges the
result, makes the menu, and returns when everything is on disk.

| package manager | be-hook upgrade, ms | package manager, ms | difference, s | ratio |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}
`;
}
