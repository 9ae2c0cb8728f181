import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withEntry } from '../../lib/bootloaders/bls/settings.ts';
import { type Ended, run } from '../support/rpm/run.ts';

const test = suite('give-back on a machine with systemd-boot');

let root = '';

const put = (path: string, text: string): Promise<void> => writeFile(join(root, path), text);
const get = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const script = join(import.meta.dirname, '../../rpm-scriptlets/give-back');
const giveBack = (): Promise<Ended> => run('dash', [script, root]);

const own = 'be-hook-default__sys__6.1__2.conf';
const entry = (subvolume: string): string =>
  `title x\nlinux /x/6.1/linux\noptions root=UUID=1 rootflags=subvol=${subvolume} ro\n`;
const settings = withEntry({ kind: 'text', path: 'loader.conf', text: 'timeout 3\ndefault x-*\n' }, own) ?? '';

test.before.each(async () => {
  root = await mkdtemp(join(tmpdir(), 'be-hook-give-back-'));
  for (const name of ['boot/loader/entries', 'proc/self']) await mkdir(join(root, name), { recursive: true });
  await put('proc/self/mountinfo', '30 1 0:26 /@sys / rw - btrfs /dev/vda rw\n31 30 0:5 / /proc rw - proc proc rw\n');
  await put(`boot/loader/entries/${own}`, entry('@sys'));
  await put('boot/loader/entries/be-hook-other__old__6.1__1.conf', entry('@old'));
  await put('boot/loader/loader.conf', settings);
});
test.after.each(() => rm(root, { recursive: true, force: true }));

test('leaves the entries of the distribution, and a line of the same length in loader.conf', async () => {
  await put('boot/loader/entries/x-6.1.conf', entry('@sys'));

  const { status, stderr } = await giveBack();
  assert.is(status, 0, stderr);
  assert.equal(await readdir(join(root, 'boot/loader/entries')), ['x-6.1.conf']);
  const text = await get('boot/loader/loader.conf');
  assert.is(text, settings.replace('default be-hook', '#       be-hook'));
  // be-hook uses the same line again.
  assert.is(withEntry({ kind: 'text', path: 'loader.conf', text }, own), settings);
});

test('changes nothing where the entries of the distribution do not boot the running system', async () => {
  for (const [text, first] of [
    [entry('@other'), entry('@sys')],
    [entry('@sys'), entry('@other')],
  ] as const) {
    await put('boot/loader/entries/x-6.1.conf', text);
    await put(`boot/loader/entries/${own}`, first);

    const { status, stderr } = await giveBack();
    assert.is(status, 1);
    assert.match(stderr, /cannot restore the menu of systemd-boot: /);
    assert.is((await readdir(join(root, 'boot/loader/entries'))).length, 3);
    assert.is(await get('boot/loader/loader.conf'), settings);
  }
});

test.run();
