import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkMenu } from '../support/check-menu.ts';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('an rpm transaction');

const triggers = fileURLToPath(new URL('../../rpm-scriptlets/triggers.inc', import.meta.url));

/** A kernel package whose scriptlets call kernel-install where Fedora's kernel-core does: in %posttrans and %preun. */
const kernelSpec = (release: string): string => `
%global kver ${release}
Name: kernel-core-${release}
Version: 1
Release: 1
Summary: A kernel
License: MIT
BuildArch: noarch
%description
A kernel.
%install
mkdir -p %{buildroot}/usr/lib/modules/%{kver}/kernel
yes 'kernel %{kver}' | head -c 30000 >%{buildroot}/usr/lib/modules/%{kver}/vmlinuz
touch %{buildroot}/usr/lib/modules/%{kver}/modules.order %{buildroot}/usr/lib/modules/%{kver}/modules.builtin
%files
/usr/lib/modules/%{kver}
%posttrans
kernel-install add %{kver} /lib/modules/%{kver}/vmlinuz || exit $?
%preun
kernel-install remove %{kver} || exit $?
`;

const triggerSpec = (text: string): string => `
Name: be-hook-triggers
Version: 1
Release: 1
Summary: The triggers of be-hook
License: MIT
BuildArch: noarch
%description
The triggers of be-hook.
%files
${text}`;

/** Packages of Node.js: the earlier one of Fedora, and the present one, which has another name and only node-24. */
const nodeSpec = (name: string, program: string, head = ''): string => `
Name: ${name}
Version: 1
Release: 1
Summary: Node.js
License: MIT
BuildArch: noarch
${head}
%description
Node.js.
%install
mkdir -p %{buildroot}/usr/bin
printf '%%s\\n' '#!/bin/sh' 'echo ${name} >>/var/lib/started' 'exec /usr/lib/real-node "$@"' >%{buildroot}${program}
%files
%attr(0755,root,root) ${program}
`;

async function build(directory: string, name: string, spec: string): Promise<void> {
  await writeFile(join(directory, `${name}.spec`), spec);
  await tool('rpmbuild', [
    '-bb',
    '--quiet',
    ...['--define', `_topdir ${directory}/build`, '--define', `_rpmdir ${directory}`],
    ...['--define', `_build_name_fmt ${name}.rpm`],
    join(directory, `${name}.spec`),
  ]);
}

/** Prints, at the end of each kernel-install, which of the two menus has the kernel. */
const spy = `#!/bin/sh
for menu in be-hook.cfg grub.cfg; do
  if grep -q "vmlinuz-$2" "/boot/grub/$menu"; then echo "spy: $1: $menu has it"; else echo "spy: $1: $menu lacks it"; fi
done
`;
const counter = '#!/bin/sh\necho run >>/var/lib/generator-runs\n';

const rpm = '--dbpath=/usr/lib/sysimage/rpm';

async function withPackages(
  body: (machine: HookMachine, run: (...words: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-rpm-'));
  try {
    for (const release of ['6.8.0-1', '6.9.0-1']) await build(directory, `kernel-${release}`, kernelSpec(release));
    await build(directory, 'triggers', triggerSpec(await readFile(triggers, 'utf8')));
    await build(directory, 'nodejs', nodeSpec('nodejs', '/usr/bin/node'));
    await build(directory, 'nodejs24', nodeSpec('nodejs24', '/usr/bin/node-24', 'Obsoletes: nodejs'));
    await withHookMachine(async (machine) => {
      await mkdir(machine.path('packages'));
      for (const name of ['kernel-6.8.0-1', 'kernel-6.9.0-1', 'triggers', 'nodejs', 'nodejs24'])
        await tool('cp', [join(directory, `${name}.rpm`), machine.path('packages')]);
      await machine.write('etc/grub.d/42_counter', counter);
      await tool('chmod', ['+x', machine.path('etc/grub.d/42_counter')]);
      const files = { '/usr/lib/kernel/install.d/99-spy.install': { text: spy, mode: 0o755 } };
      const run = async (...words: string[]): Promise<string> => {
        const ended = await machine.run(['rpm', rpm, '--nodeps', ...words], { files });
        assert.is(ended.status, 0, ended.stderr);
        assert.not.match(ended.stderr, 'be-hook');
        return ended.stdout;
      };
      await body(machine, run);
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const spied = (output: string): readonly string[] => output.split('\n').filter((line) => line.startsWith('spy: '));
const generatorRuns = async (machine: HookMachine): Promise<number> =>
  (await machine.read('var/lib/generator-runs')).split('run').length - 1;

test('updates be-hook.cfg after each kernel, and grub.cfg once at the end', async () => {
  await withPackages(async (machine, run) => {
    await run('--install', '/packages/triggers.rpm');
    const before = await generatorRuns(machine);
    const output = await run('--install', '/packages/kernel-6.8.0-1.rpm', '/packages/kernel-6.9.0-1.rpm');
    assert.equal(spied(output), [
      'spy: add: be-hook.cfg has it',
      'spy: add: grub.cfg lacks it',
      'spy: add: be-hook.cfg has it',
      'spy: add: grub.cfg lacks it',
    ]);
    assert.is((await generatorRuns(machine)) - before, 1);
    const grubCfg = await machine.read('boot/grub/grub.cfg');
    assert.match(grubCfg, '/vmlinuz-6.8.0-1 ');
    assert.match(grubCfg, '/vmlinuz-6.9.0-1 ');
    assert.is(await machine.read('var/lib/be-hook/needs-sync'), '');
    await checkMenu(machine, {
      default: 'be-hook:be1:6.9.0-1',
      kernels: { be1: ['6.1.0-1', '6.1.0-2', '6.8.0-1', '6.9.0-1'], be2: ['6.1.0-1'] },
    });

    assert.equal(spied(await run('--erase', 'kernel-core-6.9.0-1')), [
      'spy: remove: be-hook.cfg lacks it',
      'spy: remove: grub.cfg has it',
    ]);
    assert.is((await generatorRuns(machine)) - before, 2);
    assert.not.match(await machine.read('boot/grub/grub.cfg'), '6.9.0-1');
    await checkMenu(machine, {
      default: 'be-hook:be1:6.8.0-1',
      kernels: { be1: ['6.1.0-1', '6.1.0-2', '6.8.0-1'], be2: ['6.1.0-1'] },
    });
  });
});

test('updates the menu although it replaces Node.js with a package of another name', async () => {
  await withPackages(async (machine) => {
    const ended = await machine.sh(`set -e
      cp /usr/bin/node /usr/lib/real-node
      rpm ${rpm} --nodeps --install /packages/triggers.rpm /packages/nodejs.rpm
      rpm ${rpm} --nodeps --install /packages/kernel-6.8.0-1.rpm
      rpm ${rpm} --nodeps --upgrade /packages/nodejs24.rpm /packages/kernel-6.9.0-1.rpm
      rpm ${rpm} --nodeps --erase kernel-core-6.8.0-1
      test ! -e /usr/bin/node`);
    assert.is(ended.status, 0, ended.stderr);
    assert.not.match(ended.stderr, 'be-hook');
    assert.equal([...new Set((await machine.read('var/lib/started')).trim().split('\n'))], ['nodejs', 'nodejs24']);
    assert.is(await machine.read('var/lib/be-hook/needs-sync'), '');
    await checkMenu(machine, {
      default: 'be-hook:be1:6.9.0-1',
      kernels: { be1: ['6.1.0-1', '6.1.0-2', '6.9.0-1'], be2: ['6.1.0-1'] },
    });
  });
});

test('leaves a note that grub.cfg is out of date if the trigger does not run', async () => {
  await withPackages(async (machine, run) => {
    await run('--install', '/packages/kernel-6.9.0-1.rpm');
    assert.is(await generatorRuns(machine), 0);
    assert.match(
      await machine.read('var/lib/be-hook/needs-sync'),
      /is regenerated at the end of the package transaction/,
    );
    const ended = await machine.run(['be-hook', 'sync']);
    assert.is(ended.status, 0, ended.stderr);
    assert.is(await generatorRuns(machine), 1);
    assert.is(await machine.read('var/lib/be-hook/needs-sync'), '');
    assert.match(await machine.read('boot/grub/grub.cfg'), '/vmlinuz-6.9.0-1 ');
  });
});

test('starts no generator without a kernel package', async () => {
  await withPackages(async (machine, run) => {
    await run('--install', '/packages/triggers.rpm');
    const menus = await Promise.all(['be-hook.cfg', 'grub.cfg'].map((name) => machine.read(`boot/grub/${name}`)));
    await run('--erase', 'be-hook-triggers');
    assert.equal(
      await Promise.all(['be-hook.cfg', 'grub.cfg'].map((name) => machine.read(`boot/grub/${name}`))),
      menus,
    );
    assert.is(await generatorRuns(machine), 0);
  });
});

test.run();
