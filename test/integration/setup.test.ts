import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprintOf, withFreshMachine } from '../support/fresh-machine.ts';
import { tool } from '../support/guest/tool.ts';
import type { HookMachine } from '../support/hook-machine.ts';
import { buildBeHook } from '../support/rpm/build.ts';

const test = suite('be-hook setup');

let work = '';
let binary = '';

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-setup-'));
  ({ binary } = await buildBeHook(join(work, 'out')));
});

test.after(() => rm(work, { recursive: true, force: true }));

const rpm = 'rpm --dbpath=/usr/lib/sysimage/rpm --nodeps';
const invitation = 'be-hook is installed; to put its menu in place, run: be-hook setup\n';
const said = (stderr: string): string => stderr.replace(/^(rpm|warning): .*\n/gm, '');

/** A fingerprint of all files of a boot menu. */
const menuOf = (machine: HookMachine): Promise<string> => fingerprintOf(machine.path(''), 'boot', 'etc/grub.d');

const isSetUp = async (machine: HookMachine): Promise<boolean> =>
  (await machine.read('boot/grub/grub.cfg')).includes('/be-hook.cfg"') &&
  (await machine.read('boot/grub/be-hook.cfg')).includes('6.1.0-1') &&
  (await machine.read('etc/grub.d/99_be-hook')) !== '';

async function offer(machine: HookMachine): Promise<void> {
  await tool('cp', [binary, machine.path('packages/be-hook.rpm')]);
}

test('is only suggested by the installation, which changes no boot menu', async () => {
  await withFreshMachine(async (machine) => {
    await offer(machine);
    const before = await menuOf(machine);
    const ended = await machine.sh(`${rpm} -i /packages/be-hook.rpm; echo "status $?"`);
    assert.is(ended.stdout, 'status 0\n');
    assert.is(said(ended.stderr), invitation);
    assert.is(await menuOf(machine), before);
    assert.not.ok(existsSync(join(machine.fs.top, 'be-hook')));
  });
});

test('leaves hooks without effect and output until it runs, with and without Node', async () => {
  await withFreshMachine(async (machine) => {
    await machine.unpackKernel('6.9.0-1');
    const before = await menuOf(machine);
    const hooks = `
/usr/lib/kernel/install.d/95-be-hook.install add 6.9.0-1 /boot/none /usr/lib/modules/6.9.0-1/vmlinuz
/usr/lib/be-hook/posttrans </dev/null
/usr/lib/be-hook/package-transaction dnf4 $$
echo "status $?"`;
    for (const without of [[], ['/usr/bin/node']]) {
      const ended = await machine.sh(hooks, { without });
      assert.equal(ended, { status: 0, stdout: 'status 0\n', stderr: '' });
    }
    for (const bundle of ['posttrans.cjs', 'kernel-install.cjs add 6.9.0-1', 'package-transaction.cjs dnf4 $$']) {
      const ended = await machine.sh(`/usr/bin/node /usr/lib/be-hook/${bundle}`);
      assert.equal(ended, { status: 0, stdout: '', stderr: '' }, bundle);
    }
    assert.is(await menuOf(machine), before);
    assert.not.ok(existsSync(join(machine.fs.top, 'be-hook')));
    assert.is(await machine.read('var/lib/be-hook/needs-sync'), '');
  });
});

test('refuses to run without a terminal and without --yes, and changes nothing', async () => {
  await withFreshMachine(async (machine) => {
    const before = await menuOf(machine);
    const ended = await machine.run(['be-hook', 'setup']);
    assert.is(ended.status, 64);
    assert.is(ended.stdout, '');
    assert.is(
      ended.stderr,
      'be-hook: cannot set up be-hook: this changes the boot menu, and there is no terminal on which to ask; see the plan with: be-hook setup --dry-run; then run: be-hook setup --yes\n',
    );
    const plan = await machine.run(['be-hook', 'setup', '--dry-run']);
    assert.is(plan.status, 0, plan.stderr);
    assert.match(plan.stdout, /^1\. .*“be1”/m);
    assert.match(plan.stdout, /grub\.cfg/);
    assert.is(await menuOf(machine), before);
    assert.not.ok(existsSync(join(machine.fs.top, 'be-hook')));
  });
});

test('shows the plan on a terminal and obeys the reply', async () => {
  await withFreshMachine(async (machine) => {
    const before = await menuOf(machine);
    const ask = (answer: string): Promise<{ stdout: string; status: number }> =>
      machine.sh(`echo ${answer} | script -qec 'be-hook setup' /dev/null`);
    const no = await ask('n');
    assert.match(no.stdout, /1\. .*“be1”[^]*Set up be-hook\? \(y\/\[n\]\)[^]*be-hook was not set up/);
    assert.is(await menuOf(machine), before);
    const yes = await ask('y');
    assert.match(
      yes.stdout,
      /be-hook is set up on the layout boot-in-root: the boot loader shows its menu from now on/,
    );
    assert.ok(await isSetUp(machine));
  });
});

test('adopts the running root with --yes and the given name, and only once', async () => {
  await withFreshMachine(async (machine) => {
    const first = await machine.run(['be-hook', 'setup', '--yes', '--name', 'mine']);
    assert.equal([first.status, first.stdout], [0, ''], first.stderr);
    assert.match(
      first.stderr,
      /^be-hook is set up on the layout boot-in-root: the boot loader shows its menu from now on$/m,
    );
    assert.ok(await isSetUp(machine));
    const { environments } = (await machine.json('list')) as { environments: { name: string; adopted: boolean }[] };
    assert.equal(
      environments.map(({ name, adopted }) => [name, adopted]),
      [['mine', true]],
    );
    for (const words of [[], ['--yes'], ['--dry-run'], ['--name', 'mine']]) {
      const again = await machine.run(['be-hook', 'setup', ...words]);
      assert.equal(again, { status: 0, stdout: '', stderr: 'be-hook is set up already\n' });
    }
    const json = (await machine.json('setup')) as { steps: unknown[] };
    assert.equal(json.steps, []);
    assert.is((await machine.run(['be-hook', 'setup', '--name', 'other'])).status, 2);
  });
});

test('makes hooks offer new kernels; after uninstall they leave the menu alone', async () => {
  await withFreshMachine(async (machine) => {
    await offer(machine);
    assert.is((await machine.run(['be-hook', 'setup', '--yes'])).status, 0);
    await machine.unpackKernel('6.9.0-1');
    await machine.sh('kernel-install add 6.9.0-1 /usr/lib/modules/6.9.0-1/vmlinuz');
    assert.match(await machine.read('boot/grub/be-hook.cfg'), '6.9.0-1');
    assert.is((await machine.run(['be-hook', 'uninstall'])).status, 0);
    const without = await menuOf(machine);
    await machine.sh('/usr/lib/be-hook/posttrans </dev/null');
    const upgrade = await machine.sh(
      `${rpm} -i /packages/be-hook.rpm 2>/dev/null; ${rpm} -U --replacepkgs /packages/be-hook.rpm`,
    );
    assert.is(said(upgrade.stderr), '');
    assert.is(await menuOf(machine), without);
    assert.is((await machine.run(['be-hook', 'setup', '--yes'])).status, 0);
    assert.ok(await isSetUp(machine));
  });
});

test('runs at the installation if setup-at-installation is set in be-hook.conf', async () => {
  await withFreshMachine(async (machine) => {
    await offer(machine);
    await machine.write('etc/be-hook/be-hook.conf', 'setup-at-installation = yes\n');
    const ended = await machine.sh(`${rpm} -i /packages/be-hook.rpm`);
    assert.is(ended.status, 0);
    assert.match(
      said(ended.stderr),
      /^be-hook is set up on the layout boot-in-root: the boot loader shows its menu from now on$/m,
      ended.stderr,
    );
    assert.ok(await isSetUp(machine));
  });
});

test('changes nothing on a machine with a separate /boot, and prints one reason', async () => {
  const separate = (): string => 'UUID=0815-4711 /boot ext4 defaults 0 0\n';
  await withFreshMachine(async (machine) => {
    await offer(machine);
    for (const setting of ['no', 'yes']) {
      await machine.write('etc/be-hook/be-hook.conf', `setup-at-installation = ${setting}\n`);
      const before = await menuOf(machine);
      const ended = await machine.sh(`${rpm} -i /packages/be-hook.rpm`);
      assert.is(ended.status, 0);
      assert.match(
        said(ended.stderr),
        /^be-hook: cannot serve this machine: the \/boot of “be1” is [^\n]*\n$/,
        ended.stderr,
      );
      const setup = await machine.run(['be-hook', 'setup', '--yes']);
      assert.is(setup.status, 78);
      assert.is(await menuOf(machine), before);
      assert.not.ok(existsSync(join(machine.fs.top, 'be-hook')));
      await rm(machine.path('usr/lib/sysimage/rpm'), { recursive: true });
    }
  }, separate);
});

test('is done by create, which adopts its source and installs the menu', async () => {
  await withFreshMachine(async (machine) => {
    const made = await machine.run(['be-hook', 'create', 'next']);
    assert.is(made.status, 0, made.stderr);
    assert.ok(await isSetUp(machine));
  });
});

test.run();
