import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { settleFilesystem } from '../../lib/system/barrier.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';
import { programFiles, settleCommand } from '../support/observe-inside.ts';
import { type BootImage, type BootType, withBootImage, withSeparateBoot } from '../support/separate-boot.ts';

const test = suite('barrier');

const types: readonly BootType[] = ['ext4', 'xfs', 'btrfs'];

/** Writes a file durably, as be-hook does. */
async function put(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w');
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
}

/** Runs `body` while another program makes, renames and deletes files in /boot. */
async function besideWriter({ top }: BootImage, body: () => Promise<void>): Promise<void> {
  const stop = join(top, '.stop');
  const script = 'while [ ! -e "$1/.stop" ]; do echo x >"$1/.w"; mv "$1/.w" "$1/w"; rm "$1/w"; done';
  const writer = tool('sh', ['-c', script, 'sh', top]);
  try {
    await body();
  } finally {
    await writeFile(stop, '');
    await writer;
  }
}

for (const type of types) {
  test(`shows GRUB the last change of ${type} while another program writes`, async () => {
    await withBootImage(type, async (boot) => {
      const tools = await grubTools('2.12');
      const { top, device: source, image } = boot;
      await mkdir(join(top, 'be-hook'));
      await besideWriter(boot, async () => {
        for (let round = 0; round < 8; round += 1) {
          await put(join(top, 'menu.cfg'), `menu ${round}`);
          await put(join(top, `be-hook/kernel-${round}`), `kernel ${round}`);
          await settleFilesystem({ top, type, source });
          const copy = `${image}.copy`;
          await tool('cp', ['--sparse=always', image, copy]);
          const seen = async (path: string): Promise<string> => String(await grubSees(tools, [copy], path));
          assert.is(await seen('/menu.cfg'), `menu ${round}`);
          assert.is(await seen(`/be-hook/kernel-${round}`), `kernel ${round}`);
        }
      });
    });
  });
}

/** Prints whether /boot accepts a write. A write to a frozen file system waits, even for its own death. */
const probe = `
  touch /boot/free &
  for n in $(seq 20); do [ -e /boot/free ] || sleep 0.1; done
  if [ -e /boot/free ]; then echo free; else echo frozen; fsfreeze -u /boot; fi
  wait`;

/** Freezes as fsfreeze(8) does, and then sends signals to the script of be-hook that called it. */
const hostile = `#!/bin/sh
case $1 in
  -f) xfs_io -r -x -F -c freeze "$2"; for signal in HUP INT QUIT PIPE TERM; do kill -"$signal" "$PPID"; done ;;
  -u) xfs_io -r -x -F -c thaw "$2" ;;
esac
`;

test('is undone also if signals arrive in between', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    const files = { ...(await programFiles()), '/usr/sbin/fsfreeze': { text: hostile, mode: 0o755 } };
    const ended = await machine.sh(`${settleCommand} && echo done; ls /run/be-hook-frozen; ${probe}`, { files });
    assert.is(ended.stdout, 'done\nfree\n', ended.stderr);
  });
});

test('is undone also if be-hook is killed in between', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    const slow = hostile.replace('for signal', 'echo >/run/began; sleep 2; for signal');
    const files = { ...(await programFiles()), '/usr/sbin/fsfreeze': { text: slow, mode: 0o755 } };
    const kill = 'while [ ! -e /run/began ]; do sleep 0.1; done; kill -KILL "$node"; sleep 3';
    const ended = await machine.sh(`${settleCommand} & node=$!; ${kill}; ls /run/be-hook-frozen; ${probe}`, { files });
    assert.is(ended.stdout, 'free\n', ended.stderr);
  });
});

test('that a killed run left is removed by the next writer, and not by a reader', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    const script = (command: string): string => `
      printf %s ${machine.boot.device} >/run/be-hook-frozen
      fsfreeze -f /boot
      ${command} >/dev/null 2>&1
      ${probe}
      ls /run/be-hook-frozen 2>/dev/null || echo no marker`;
    const files = await programFiles();
    const [reader, writer] = [script('be-hook list'), script(settleCommand)];
    assert.is((await machine.sh(reader, { files })).stdout, 'frozen\n/run/be-hook-frozen\n');
    await machine.sh('rm /boot/free');
    assert.is((await machine.sh(writer, { files })).stdout, 'free\nno marker\n');
  });
});

test('is not executed while another program has frozen the file system', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    const script = `fsfreeze -f /boot; ${settleCommand}; fsfreeze -u /boot && echo still frozen`;
    const ended = await machine.sh(script, { files: await programFiles() });
    assert.is(ended.stdout, 'still frozen\n');
    assert.match(ended.stderr, /Device or resource busy/);
  });
});

test('needs fsfreeze, and says which package has it', async () => {
  await withSeparateBoot('ext4', ['6.1.0-1'], async (machine) => {
    const { status, stderr } = await machine.run(['be-hook', 'setup', '--yes'], { without: ['/usr/sbin/fsfreeze'] });
    assert.is(status, 69, stderr);
    assert.match(stderr, 'cannot find the program fsfreeze; install util-linux');
  });
});

test.run();
