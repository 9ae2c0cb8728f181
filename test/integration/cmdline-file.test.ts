import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCommandLineFile } from '../../lib/formats/cmdline-file.ts';
import { forkyRoot } from '../support/guest/root.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('/etc/kernel/cmdline, as kernel-install of Debian forky reads it');

const plugin = './usr/lib/kernel/install.d/90-loaderentry.install';
let work = '';

test.before(async () => {
  needTool('mmdebstrap');
  work = await mkdtemp(join(tmpdir(), 'be-hook-cmdline-'));
  await tool('tar', ['-xf', await forkyRoot(), '-C', work, plugin]);
  for (const name of ['boot/entry', 'conf', 'staging']) await mkdir(join(work, name), { recursive: true });
  await writeFile(join(work, 'vmlinuz'), 'KERNEL');
});

test.after(() => rm(work, { recursive: true, force: true }));

/** The options in the entry that the plugin writes. */
async function optionsOf(text: string): Promise<string> {
  await writeFile(join(work, 'conf/cmdline'), text);
  const variables = {
    KERNEL_INSTALL_LAYOUT: 'bls',
    KERNEL_INSTALL_MACHINE_ID: 'x',
    KERNEL_INSTALL_ENTRY_TOKEN: 'token',
    KERNEL_INSTALL_BOOT_ROOT: join(work, 'boot'),
    KERNEL_INSTALL_CONF_ROOT: join(work, 'conf'),
    KERNEL_INSTALL_STAGING_AREA: join(work, 'staging'),
    KERNEL_INSTALL_VERBOSE: '0',
    BOOT_MNT: join(work, 'boot'),
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const words = [join(work, plugin), 'add', '6.1', join(work, 'boot/entry'), join(work, 'vmlinuz')];
  await tool('env', [...settings, 'sh', ...words]);
  const entry = await readFile(join(work, 'boot/loader/entries/token-6.1.conf'), 'utf8');
  return /^options +(.*)$/m.exec(entry)?.[1] ?? '';
}

test('is read without its comments and as one line', async () => {
  for (const text of [
    'quiet  rhgb\n',
    'quiet rhgb',
    '# init=/bin/sh\nquiet\n\t # c2\nrhgb\n#\n',
    'quiet # no comment\n#no\n',
    'a="never closed\nb\n',
    'dyndbg="file usb +p"   quiet\n\n\nlast\n',
  ]) {
    assert.is(readCommandLineFile(text), await optionsOf(text), JSON.stringify(text));
  }
});

test.run();
