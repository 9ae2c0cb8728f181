import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildBeHook, buildPackage, makeTop } from '../support/rpm/build.ts';
import { buildRecorder } from '../support/rpm/recorder.ts';
import { type Ended, run } from '../support/rpm/run.ts';
import { makeScratchRoot, type ScratchRoot } from '../support/rpm/scratch-root.ts';

const test = suite('the settle script of be-hook.service');

let work = '';
let recorder = '';
let slow = '';
let root: ScratchRoot;

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-settle-'));
  await makeTop(work);
  recorder = await buildRecorder(await buildBeHook(join(work, 'real')), join(work, 'recorder'), '0.1.0');
  const scriptlets = '%post\necho "post begins" >>/log\nsleep 6\necho "post ends" >>/log\n';
  slow = await buildPackage(work, { name: 'slow', version: '1', files: ['/usr/share/slow'], scriptlets });
});

test.after(() => rm(work, { recursive: true, force: true }));

test.before.each(async () => {
  root = await makeScratchRoot();
  assert.is((await root.rpm('-i', '--nodeps', recorder)).status, 0);
  await root.takeLog();
  for (const name of ['boot', 'usr/lib/modules']) await mkdir(join(root.path, name), { recursive: true });
  await writeFile(join(root.path, 'boot/be-hook.cfg'), '');
});

test.after.each(() => root.close());

/** Runs it in the scratch root, with a /proc that ends with its mount namespace. */
function settle(): Promise<Ended> {
  const script = 'mount -t proc proc "$1/proc" && exec chroot "$1" /bin/sh /usr/lib/be-hook/settle';
  return run('unshare', ['--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'settle', root.path]);
}

const silence: Ended = { status: 0, stdout: '', stderr: '' };

test('updates the menu once when nothing changes', async () => {
  assert.equal(await settle(), silence);

  assert.equal(await root.takeLog(), ['run posttrans.cjs']);
});

test('updates the menu again when something changed during the update', async () => {
  await writeFile(join(root.path, 'change'), '');

  assert.equal(await settle(), silence);

  assert.equal(await root.takeLog(), ['run posttrans.cjs', 'run posttrans.cjs']);
});

test('ignores what be-hook itself writes below /boot', async () => {
  await mkdir(join(root.path, 'boot/grub'));
  const settling = settle();
  let count = 0;
  // The test writes new names, because only they change the time of a directory.
  const timer = setInterval(() => void writeFile(join(root.path, `boot/grub/${(count += 1)}`), ''), 200);
  try {
    assert.equal(await settling, silence);
  } finally {
    clearInterval(timer);
  }

  assert.equal(await root.takeLog(), ['run posttrans.cjs']);
});

for (const name of ['boot/loader/entries/a.conf', 'boot/grub2/grubenv', 'boot/grub/grubenv', 'etc/tuned/bootcmdline']) {
  test(`waits until /${name} stops changing`, async () => {
    const path = join(root.path, name);
    await mkdir(dirname(path), { recursive: true });
    const settling = settle();
    for (let count = 0; count < 9; count += 1) {
      await writeFile(path, String(count));
      await sleep(500);
    }
    assert.equal(await root.takeLog(), []);
    assert.equal(await settling, silence);
    assert.equal(await root.takeLog(), ['run posttrans.cjs']);
  });
}

test('waits for the end of an rpm transaction', async () => {
  const transaction = root.rpm('-i', '--nodeps', slow);
  const log = join(root.path, 'log');
  while (!existsSync(log)) await sleep(100);

  assert.equal(await settle(), silence);

  assert.is((await transaction).status, 0);
  assert.equal(await root.takeLog(), ['post begins', 'post ends', 'run posttrans.cjs']);
});

test('does nothing when be-hook is removed meanwhile', async () => {
  const settling = settle();
  await rm(join(root.path, 'usr/lib/be-hook/posttrans'));

  assert.equal(await settling, silence);

  assert.equal(await root.takeLog(), []);
});

test.run();
