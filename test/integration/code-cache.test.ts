import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('the stored code of the program');

const sync = 'be-hook sync';
const hook = '/usr/lib/kernel/install.d/95-be-hook.install add 6.1.0-2 /boot/none';

/** Prints the inode of the only stored file: a file that is stored again gets another one. */
const inode = 'stat -c %i /run/be-hook.code/*';

/** Runs a script in the machine; returns the lines of its output. */
async function linesOf(machine: HookMachine, script: string): Promise<readonly string[]> {
  const ended = await machine.sh(`set -e; ${script}`, { ownProgram: true });
  assert.is(ended.status, 0, ended.stderr);
  assert.is(ended.stderr, '');
  return ended.stdout.trim().split('\n');
}

test('is used by the next process, for the command and for a hook', async () => {
  await withHookMachine(async (machine) => {
    for (const command of [sync, hook]) {
      const [first, second] = await linesOf(machine, `${command}; ${inode}; ${command}; ${inode}`);
      assert.is(second, first, command);
    }
  });
});

test('can be read and written by root alone', async () => {
  await withHookMachine(async (machine) => {
    const lines = await linesOf(machine, `umask 0; ${sync}; stat -c %a:%u /run/be-hook.code /run/be-hook.code/*`);
    assert.equal(lines, ['700:0', '600:0']);
  });
});

/** Makes stored code, in the form in which be-hook accepts it, of a program that leaves a file. The argument is the owner. */
const forge = `
cat >/tmp/forge.cjs <<'END'
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const source = require('node:module').wrap(readFileSync('/usr/lib/be-hook/commands-menu.cjs', 'utf8'));
const evil = "(function () { require('node:fs').writeFileSync('/run/evil', '') })".replace('function ()', 'function (e, require)');
const script = new (require('node:vm').Script)(evil.padEnd(source.length));
script.runInThisContext();
const code = script.createCachedData();
const [name] = readdirSync('/run/be-hook.code');
writeFileSync('/run/be-hook.code/' + name, Buffer.concat([code, code]));
END
forge() { node /tmp/forge.cjs && chown "$1" /run/be-hook.code/*; }
result() { ${sync} >/dev/null 2>&1 || true; if [ -e /run/evil ]; then echo ran; else echo ignored; fi; }`;

test('would run if root had forged it, so the next tests can fail', async () => {
  await withHookMachine(async (machine) => {
    assert.equal(await linesOf(machine, `${forge}; ${sync}; forge root; result`), ['ran']);
  });
});

test('does not run if it belongs to a user', async () => {
  await withHookMachine(async (machine) => {
    assert.equal(await linesOf(machine, `${forge}; ${sync}; forge 65534; result; ${sync}`), ['ignored']);
  });
});

test('does not run if a user can write to it or to its directory', async () => {
  await withHookMachine(async (machine) => {
    const directory = '/run/be-hook.code';
    for (const change of [
      `chmod o+w ${directory}/*`,
      `chmod g+w ${directory}/*`,
      `chmod o+w ${directory}`,
      `chown 65534 ${directory}`,
      `mv ${directory} /run/other; ln -s other ${directory}`,
      `mv ${directory}/* /run/other; for name in ${directory}; do ln -s /run/other $name/$(cat /tmp/name); done`,
    ]) {
      const script = `${forge}; ${sync}; ls ${directory} >/tmp/name; forge root; ${change}; result; ${sync}`;
      assert.equal(await linesOf(machine, script), ['ignored'], change);
    }
  });
});

test('is replaced where it is damaged, cut off or empty', async () => {
  await withHookMachine(async (machine) => {
    const file = 'f=$(echo /run/be-hook.code/*)';
    for (const damage of [
      'printf x | dd of=$f bs=1 seek=100000 conv=notrunc 2>/dev/null',
      'printf xx | dd of=$f bs=1 seek=300001 conv=notrunc 2>/dev/null',
      'truncate -s 5001 $f',
      ': >$f',
    ]) {
      const script = `${sync}; ${file}; ${inode}; ${damage}; ${sync}; ${inode}; ${sync}; ${inode}`;
      const [first, second, third] = await linesOf(machine, script);
      assert.is.not(second, first, damage);
      assert.is(third, second, damage);
    }
  });
});

test('is whole if several processes store it at once', async () => {
  await withHookMachine(async (machine) => {
    const together = `rm -rf /run/be-hook.code; for n in 1 2 3 4 5 6; do ${sync} & done; wait`;
    const lines = await linesOf(machine, `${together}; ls /run/be-hook.code | wc -l; ${inode}; ${sync}; ${inode}`);
    assert.is(lines[0], '1');
    assert.is(lines[2], lines[1]);
  });
});

test('does not outlive the file of the program, even for one of the same size', async () => {
  await withHookMachine(async (machine) => {
    const file = '/usr/lib/be-hook/commands-menu.cjs';
    const replaced = `cp -p ${file} /usr/lib/copy; sed -i 's/the menu is up to date/the menu is UP TO DATE/' /usr/lib/copy; mv /usr/lib/copy ${file}`;
    const [before, after] = await linesOf(
      machine,
      `${sync}; ls /run/be-hook.code | wc -l; ${replaced}; ${sync}; ls /run/be-hook.code | wc -l`,
    );
    assert.equal([before, after], ['1', '2']);
  });
});

test('is not needed: a full or missing /run prints nothing', async () => {
  await withHookMachine(async (machine) => {
    const full = 'mkdir /run/be-hook.code; mount -t tmpfs -o size=4k,mode=700 tmpfs /run/be-hook.code';
    assert.equal(await linesOf(machine, `${full}; ${sync}; ${hook}; ls /run/be-hook.code | wc -l`), ['0']);
    assert.equal(await linesOf(machine, `: >/run/be-hook.code; ${sync}; ${hook}; echo done`), ['done']);
  });
});

test('is deleted when a hook fails', async () => {
  await withHookMachine(async (machine) => {
    const script = `${hook}; rm /usr/lib/be-hook/engine.cjs; ${hook} 2>/dev/null; test ! -e /run/be-hook.code; echo gone`;
    assert.equal(await linesOf(machine, script), ['gone']);
  });
});

test.run();
