import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BubbleOptions, BubbleRoot } from '../support/bubble.ts';
import { inBubble, rootOf } from '../support/bubble.ts';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('hooks on machines that be-hook does not serve');

/** Starts every hook, each after a line that names it. `$1` is a program that runs them in another root. */
const allHooks = `
for hook in '05-be-hook.install remove' '95-be-hook.install add' '95-be-hook.install remove'; do
  echo "== $hook"
  $1 /usr/lib/kernel/install.d/$hook 6.9.0-1 /boot/none /usr/lib/modules/6.9.0-1/vmlinuz
  echo "status $?"
done
echo '== posttrans'
echo /usr/lib/modules/6.9.0-1 | $1 /usr/lib/be-hook/posttrans
echo "status $?"
echo '== package-transaction'
$1 /usr/lib/be-hook/package-transaction dnf4 $$
echo "status $?"
`;

const silence = [
  '05-be-hook.install remove',
  '95-be-hook.install add',
  '95-be-hook.install remove',
  'posttrans',
  'package-transaction',
]
  .map((hook) => `== ${hook}\nstatus 0\n`)
  .join('');

/** The programs that the hooks started, as strace recorded them, and the output of the hooks. */
async function observe(root: BubbleRoot, wrapper: string, options: BubbleOptions) {
  const trace = ['strace', '-f', '-qq', '-e', 'trace=execve', '-o', '/tmp/trace'];
  const script = `"$@"; cat /tmp/trace >&2`;
  const command = ['sh', '-c', script, 'sh', ...trace, 'sh', '-c', allHooks, 'sh', wrapper];
  const ended = await inBubble(root, command, options);
  const programs = [...ended.stderr.matchAll(/execve\("([^"]*)".* = 0$/gm)].map(([, path = '']) => path);
  const said = ended.stderr
    .split('\n')
    .filter((line) => !/^\d+ +(execve\(|<\.\.\. execve|---|\+\+\+)/.test(line) && line !== '');
  return { stdout: ended.stdout, said, programs };
}

/** All properties of a tree that a hook could change: names, types, modes, owners, times, inodes, contents. */
async function fingerprint(tree: string): Promise<string> {
  const facts = '%p %y %m %U %G %s %i %T@ %C@ %l\\n';
  const script = `cd "$1" && find . -printf '${facts}' | sort && find . -type f -exec sha256sum {} + | sort`;
  return tool('sh', ['-c', script, 'sh', tree]);
}

/** Makes a machine whose menu is out of date. A hook that checks the menu would write it. */
async function onUnsettledMachine(body: (machine: HookMachine) => Promise<void>): Promise<void> {
  await withHookMachine(async (machine) => {
    await machine.unpackKernel('6.9.0-1');
    await machine.write('boot/grub/be-hook.cfg', '# damaged\n');
    await body(machine);
  });
}

async function assertNothing(machine: HookMachine, options: BubbleOptions, wrapper = ''): Promise<void> {
  const before = await fingerprint(machine.fs.top);
  const seen = await observe(rootOf(machine.fs, '@be1'), wrapper, options);
  assert.equal([seen.stdout, seen.said], [silence, []]);
  assert.ok(
    seen.programs.some((path) => path.endsWith('-be-hook.install')),
    'the plugins were started',
  );
  assert.equal(
    seen.programs.filter((path) => path.includes('node')),
    [],
  );
  assert.is(await fingerprint(machine.fs.top), before);
}

test('pass a check that finds Node and changes on a machine that be-hook serves', async () => {
  await onUnsettledMachine(async (machine) => {
    const before = await fingerprint(machine.fs.top);
    const seen = await observe(rootOf(machine.fs, '@be1'), '', {});
    assert.ok(seen.programs.some((path) => path.endsWith('/node')));
    assert.is.not(await fingerprint(machine.fs.top), before);
    assert.match(await machine.read('boot/grub/be-hook.cfg'), 'menuentry');
  });
});

const signs: Readonly<Record<string, BubbleOptions>> = {
  'a container by its environment': { env: { container: 'lxc' } },
  'a container by systemd': { files: { '/run/systemd/container': 'systemd-nspawn\n' } },
  'a container of podman': { files: { '/run/.containerenv': '' } },
  'a transactional update': { env: { TRANSACTIONAL_UPDATE: 'true' } },
  'an ostree system': { files: { '/run/ostree-booted': '' } },
};

for (const [name, options] of Object.entries(signs)) {
  test(`print, start and change nothing in ${name}`, async () => {
    await onUnsettledMachine((machine) => assertNothing(machine, options));
  });
}

for (const sign of ['.dockerenv', '.buildenv']) {
  test(`print, start and change nothing in a root with /${sign}`, async () => {
    await onUnsettledMachine(async (machine) => {
      await machine.write(sign, '');
      await assertNothing(machine, {});
    });
  });
}

const intoClone = `#!/bin/sh
set -e
clone=/run/clone
device=$(findmnt -n -o SOURCE / | sed 's/\\[.*//')
if [ ! -d $clone ]; then
  mkdir $clone
  mount -o subvol=@be2 "$device" $clone
  for name in usr dev sys; do mount --rbind /$name $clone/$name; done
  case $1 in with-proc) mount --rbind /proc $clone/proc ;; esac
fi
shift
exec chroot $clone "$@"
`;

for (const proc of ['with-proc', 'without-proc']) {
  test(`print, start and change nothing in a chroot ${proc.replace('-', ' /')}`, async () => {
    await onUnsettledMachine(async (machine) => {
      await machine.run(['true']);
      const clone = rootOf(machine.fs, '@be2');
      // This first run as a separate system creates the directories of a root before the comparison.
      await inBubble(clone, ['true']);
      const files = { '/run/into-clone': { text: intoClone, mode: 0o755 } };
      await assertNothing(machine, { files }, `/run/into-clone ${proc}`);
    });
  });
}

test('print, start and change nothing with an ext4 root', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-ext4-'));
  try {
    const image = join(directory, 'disk.img');
    const top = join(directory, 'top');
    await mkdir(top);
    await tool('truncate', ['-s', '64M', image]);
    await tool('mkfs.ext4', ['-q', image]);
    await tool('mount', ['-o', 'loop,noatime', image, top]);
    try {
      const device = await tool('findmnt', ['-n', '-o', 'SOURCE', top]);
      const root: BubbleRoot = { device, type: 'ext4', options: 'noatime' };
      await inBubble(root, ['mkdir', '-p', '/boot/grub']);
      await writeFile(join(top, 'boot/grub/grub.cfg'), '# untouched\n');
      const before = await fingerprint(top);
      const seen = await observe(root, '', {});
      assert.equal([seen.stdout, seen.said], [silence, []]);
      assert.equal(
        seen.programs.filter((path) => path.includes('node')),
        [],
      );
      assert.is(await fingerprint(top), before);
    } finally {
      await tool('umount', [top]);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test.run();
