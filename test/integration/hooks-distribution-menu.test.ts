import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BubbleOptions, Ended } from '../support/bubble.ts';
import { checkMenu } from '../support/check-menu.ts';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite("the distribution's own menu");

const grubCfg = 'boot/grub/grub.cfg';
const handOver = 'configfile "${config_directory}/be-hook.cfg"';
const withNew = {
  default: 'be-hook:be1:6.9.0-1',
  kernels: { be1: ['6.1.0-1', '6.1.0-2', '6.9.0-1'], be2: ['6.1.0-1'] },
};

async function add(machine: HookMachine, release: string, options: BubbleOptions = {}): Promise<Ended> {
  await machine.unpackKernel(release);
  const ended = await machine.run(['kernel-install', 'add', release, `/usr/lib/modules/${release}/vmlinuz`], options);
  assert.is(ended.status, 0);
  return ended;
}

async function countRuns(machine: HookMachine): Promise<() => Promise<number>> {
  await machine.write('etc/grub.d/42_counter', '#!/bin/sh\necho run >>/var/lib/generator-runs\n');
  await tool('chmod', ['+x', machine.path('etc/grub.d/42_counter')]);
  return async () => (await machine.read('var/lib/generator-runs')).split('run').length - 1;
}

const occurrences = (text: string, part: string): number => text.split(part).length - 1;

/** The one line that the hook printed. */
function saidIn({ stderr }: Ended): string {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('depmod: '));
  assert.is(lines.length, 1, stderr);
  return lines[0] ?? '';
}

test('is regenerated once per installed or removed kernel, with the hand-over', async () => {
  await withHookMachine(async (machine) => {
    const runs = await countRuns(machine);
    await add(machine, '6.9.0-1');
    assert.is(await runs(), 1);
    const text = await machine.read(grubCfg);
    assert.match(text, 'linux\t/@be1/boot/vmlinuz-6.9.0-1 ');
    assert.match(text, 'linux\t/@be1/boot/vmlinuz-6.1.0-1 ');
    assert.is(occurrences(text, handOver), 1);
    await checkMenu(machine, withNew);

    await add(machine, '6.9.0-1');
    assert.is(await runs(), 1);

    await machine.run(['kernel-install', 'remove', '6.9.0-1']);
    assert.not.match(await machine.read(grubCfg), 'vmlinuz-6.9.0-1');
    assert.match(await machine.read(grubCfg), 'vmlinuz-6.1.0-2');
  });
});

test('does not change in environments that do not run', async () => {
  await withHookMachine(async (machine) => {
    const before = await machine.read(grubCfg, '@be2');
    await add(machine, '6.9.0-1');
    assert.is(await machine.read(grubCfg, '@be2'), before);
  });
});

test('keeps the hand-over when the administrator runs grub-mkconfig -o', async () => {
  await withHookMachine(async (machine) => {
    await add(machine, '6.9.0-1');
    for (const output of ['boot/grub/grub.cfg', 'boot/grub/grub.cfg']) {
      const ended = await machine.run(['grub-mkconfig', '-o', `/${output}`]);
      assert.is(ended.status, 0, ended.stderr);
      assert.is(occurrences(await machine.read(grubCfg), handOver), 1);
      await checkMenu(machine, withNew);
    }
    const synced = await machine.run(['be-hook', 'sync', '--dry-run']);
    assert.equal(synced, { status: 0, stdout: '', stderr: '' });
  });
});

const generators: Readonly<Record<string, readonly [string, RegExp]>> = {
  'that fails': ['echo "menuentry x { true }"; echo no probe >&2; exit 1', /ended with status 1: no probe/],
  'that prints half a menu': ['echo "menuentry x {"', /made a file that GRUB cannot parse/],
  'that prints nothing': ['true', /made a menu without entries/],
  'that prints settings only': ['echo "set timeout=5"', /made a menu without entries/],
  'that is killed': ['echo "menuentry x { true }"; kill -9 $$', /ended with status 1(28|37)/],
};

for (const [name, [body, complaint]] of Object.entries(generators)) {
  test(`stays with a generator ${name}, beside a correct be-hook.cfg`, async () => {
    await withHookMachine(async (machine) => {
      const before = await machine.read(grubCfg);
      const text = `#!/bin/sh\n[ "$1" != --help ] || exit 0\n${body}\n`;
      const ended = await add(machine, '6.9.0-1', { files: { '/usr/sbin/grub-mkconfig': { text, mode: 0o755 } } });
      assert.match(saidIn(ended), complaint);
      assert.is(await machine.read(grubCfg), before);
      assert.match(await machine.read('var/lib/be-hook/needs-sync'), complaint);
      await checkMenu(machine, withNew);

      const repaired = await machine.run(['be-hook', 'sync']);
      assert.equal(repaired, { status: 0, stdout: '', stderr: '' });
      assert.match(await machine.read(grubCfg), 'vmlinuz-6.9.0-1 ');
      assert.is(await machine.read('var/lib/be-hook/needs-sync'), '');
    });
  });
}

/** A generator that records its arguments and runs the real one, which does not have the option of Fedora. */
const fedoraLike = (help: string): string => `#!/bin/sh
echo "called: $*" >>/var/lib/generator-calls
if [ "$1" = --help ]; then echo '${help}'; exit 0; fi
exec grub-mkconfig
`;

for (const [help, calls] of [
  ['      --no-grubenv-update     do not update variables in the grubenv file', ['--help', '--no-grubenv-update']],
  ['Usage: grub2-mkconfig [OPTION]', ['--help', '']],
] as const) {
  test(`is made by grub2-mkconfig with “${calls[1]}”, depending on its help`, async () => {
    await withHookMachine(async (machine) => {
      const files = { '/usr/sbin/grub2-mkconfig': { text: fedoraLike(help), mode: 0o755 } };
      await add(machine, '6.9.0-1', { files });
      assert.equal(
        (await machine.read('var/lib/generator-calls')).split('\n').slice(0, -1),
        calls.map((words) => `called: ${words}`),
      );
      assert.match(await machine.read(grubCfg), 'vmlinuz-6.9.0-1 ');
    });
  });
}

test('does not change with distribution-menu = leave', async () => {
  await withHookMachine(async (machine) => {
    const runs = await countRuns(machine);
    await machine.write('etc/be-hook/be-hook.conf', 'distribution-menu = leave\n');
    const before = await machine.read(grubCfg);
    await add(machine, '6.9.0-1');
    assert.equal([await runs(), await machine.read(grubCfg)], [0, before]);
    await checkMenu(machine, withNew);
  });
});

test.run();
