import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { tool } from '../support/guest/tool.ts';
import { benchDiff } from './diff.ts';
import { benchEnvironments } from './environments.ts';
import { benchHooks } from './hooks.ts';
import { benchUpgrade } from './upgrade.ts';

/* npm run bench: measures, and writes BENCHMARKS.md. */

const results = fileURLToPath(new URL('../../BENCHMARKS.md', import.meta.url));

async function describeMachine(): Promise<string> {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const kernel = await tool('uname', ['-r']);
  const grub = await tool('sh', ['-c', 'grub-mkconfig --version || grub2-mkconfig --version']);
  return `${cpus().length} × ${model}, Linux ${kernel}, Node ${process.version}, ${grub.replace(/^.*\) /, 'GRUB ')}`;
}

const text = `# Benchmarks

Times depend on the machine and on what else it does; the ratios hardly do. Written by \`npm run bench\`, as root.
Measured ${new Date().toISOString().slice(0, 10)} on ${await describeMachine()}.
Milliseconds are medians ± median absolute deviations.

${await benchHooks()}
${await benchEnvironments()}
${await benchDiff()}
${await benchUpgrade()}`;
await writeFile(results, text);
process.stdout.write(text);
