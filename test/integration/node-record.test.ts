import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withHookMachine } from '../support/hook-machine.ts';

const test = suite('the record of a suitable Node.js');

/** Replaces Node.js by a program that records its first argument and then executes Node.js. */
const wrap = `
cp /usr/bin/node /usr/lib/real-node
cat >/usr/bin/wrapper <<'END'
#!/bin/sh
echo "$1" >>/var/lib/started
exec /usr/lib/real-node "$@"
END
chmod +x /usr/bin/wrapper
mv /usr/bin/wrapper /usr/bin/node`;

const replace = 'cp -p /usr/bin/node /usr/bin/copy; mv /usr/bin/copy /usr/bin/node';

test('asks for the version once, and again after a replacement with the same mtime', async () => {
  await withHookMachine(async (machine) => {
    const script = `set -e; ${wrap}; be-hook --version; be-hook --version; ${replace}; be-hook --version`;
    const ended = await machine.sh(script);

    assert.is(ended.status, 0, ended.stderr);
    const [asked, started] = ['--version', '--title=be-hook'];
    const lines = (await machine.read('var/lib/started')).trim().split('\n');
    assert.equal(lines, [asked, started, started, asked, started]);
  });
});

test('is not used when the recorded program was replaced by an old version', async () => {
  await withHookMachine(async (machine) => {
    const old = "printf '%s\\n' '#!/bin/sh' 'echo v18.0.0' >/usr/bin/node";
    const ended = await machine.sh(`${wrap}; be-hook --version; ${old}; be-hook --version`);

    assert.is(ended.status, 69);
    assert.match(ended.stderr, /Node\.js 20\.19 or newer is missing \(found: \/usr\/bin\/node v18\.0\.0\)/);
  });
});

test('cannot name another program, and is not writable by users', async () => {
  await withHookMachine(async (machine) => {
    const evil = "printf '#!/bin/sh\necho evil\n' >/usr/bin/evil; chmod +x /usr/bin/evil";
    const record = "sed -i 's,^[^ ]*,/usr/bin/evil,' /run/be-hook.node";
    const ended = await machine.sh(
      `umask 0; be-hook --version; stat -c %a /run/be-hook.node; ${evil}; ${record}; be-hook --version`,
    );

    assert.is(ended.status, 0, ended.stderr);
    assert.match(ended.stdout, /^be-hook \S+\n644\nbe-hook \S+\n$/);
  });
});

test('is deleted when a hook fails', async () => {
  await withHookMachine(async (machine) => {
    const text = '#!/bin/sh\n[ "$1" = --version ] || exit 127\necho v22.0.0\n';
    const hook = '/usr/lib/kernel/install.d/95-be-hook.install add 6.1.0-2 /boot/none';
    const files = { '/usr/bin/node': { text, mode: 0o755 } };
    const ended = await machine.sh(`be-hook --version; test -s /run/be-hook.node && ${hook}; ls /run`, { files });

    assert.match(ended.stderr, 'the program ended early');
    assert.not.match(ended.stdout, 'be-hook.node');
  });
});

test.run();
