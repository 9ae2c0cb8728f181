import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';

const test = suite("README's first command, npm run demo");

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the checkout as git has it, with the installed libraries, and without the built program. */
async function cloneTo(directory: string): Promise<void> {
  const listed = await tool('git', ['-C', checkout, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  // A deleted file stays in the index until the next commit.
  const names = listed.split('\0').filter((name) => name !== '' && existsSync(join(checkout, name)));
  for (const name of names) await cp(join(checkout, name), join(directory, name), { preserveTimestamps: true });
  // A copy, because test/setup may replace the libraries.
  await tool('cp', ['-a', join(checkout, 'node_modules'), directory]);
}

test('runs to its end in a clean clone, and the menu follows the kernels', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-demo-'));
  try {
    await cloneTo(directory);

    const output = await tool('npm', ['run', '--silent', 'demo'], { cwd: directory });

    const [, installed = '', removed = ''] = output.split(/^[23]\. /m);
    const defaultOf = (part: string): string | undefined => /loads by default: \S*vmlinuz-(\S+)/.exec(part)?.[1];
    assert.match(output, '\nEnd of the demo\n');
    assert.ok(defaultOf(installed) !== undefined && defaultOf(removed) !== undefined, output);
    assert.is.not(defaultOf(installed), defaultOf(removed));
    assert.is(defaultOf(output), defaultOf(removed));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test.run();
