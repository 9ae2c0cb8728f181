import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { tool } from '../support/guest/tool.ts';
import { benchDiff } from './diff.ts';
import { benchEnvironments } from './environments.ts';
import { benchHooks } from './hooks.ts';
import { benchSeparateBoot } from './separate-boot.ts';
import { benchUpgrade } from './upgrade.ts';

/* npm run bench [-- NAME…]: measures all parts, or the named ones, and writes their sections of BENCHMARKS.md. */

const results = fileURLToPath(new URL('../../BENCHMARKS.md', import.meta.url));

const parts = {
  hooks: benchHooks,
  environments: benchEnvironments,
  'separate-boot': benchSeparateBoot,
  diff: benchDiff,
  upgrade: benchUpgrade,
};

const head = `# Benchmarks

\`npm run bench\`, as root, writes this file. Times depend on the machine and on its other work. Ratios depend on them much less.
All times are medians ± median absolute deviations.
`;

async function describeMachine(): Promise<string> {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const kernel = await tool('uname', ['-r']);
  const grub = await tool('sh', ['-c', 'grub-mkconfig --version || grub2-mkconfig --version']);
  const load = loadavg()[0]?.toFixed(1) ?? 'unknown';
  const date = new Date().toISOString().slice(0, 10);
  return `Measured ${date} on ${cpus().length} × ${model}, Linux ${kernel}, Node ${process.version}, ${grub.replace(/^.*\) /, 'GRUB ')}, load
average at the beginning ${load}.`;
}

/** The sections of a text, by their headings. */
function sectionsOf(text: string): Map<string, string> {
  const sections = text.split(/^(?=## )/m).filter((section) => section.startsWith('## '));
  return new Map(sections.map((section) => [section.split('\n')[0] ?? '', `${section.trimEnd()}\n`]));
}

const chosen = process.argv.slice(2);
const sections = sectionsOf(await readFile(results, 'utf8'));
for (const [name, bench] of Object.entries(parts)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const machine = await describeMachine();
  for (const [heading, section] of sectionsOf(await bench())) {
    sections.set(heading, section.replace('\n\n', `\n\n${machine}\n`));
  }
}
await writeFile(results, [head, ...sections.values()].join('\n'));
