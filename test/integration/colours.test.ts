import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { beHookOk, programPath } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('colours');

test('appear in list and status on a terminal only, not with NO_COLOR or --json', async () => {
  await withTwoEnvironments(async (fs) => {
    // A kernel without its initramfs is a problem, and a missing menu is another one.
    for (const path of ['@be2/boot/initramfs-6.1.0-1.img', '@be1/boot/grub/be-hook.cfg']) {
      await execa('rm', [join(fs.top, path)]);
    }
    const onTerminal = async (words: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const line = `'${process.execPath}' '${programPath}' ${words} --filesystem '${fs.top}' 2>/dev/null`;
      const ended = await execa('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TERM: 'xterm', ...env },
        extendEnv: false,
      });
      return ended.stdout.replaceAll('\r', '');
    };
    const list = await onTerminal('list --quick');
    assert.match(list, /^be2 .*\u001b\[33m1 problem\u001b\[0m$/m);
    assert.match(list, /^be1 .* ok$/m);
    assert.match(await onTerminal('status'), /^needs sync: +\u001b\[33myes, .*\u001b\[0m$/m);

    const plain = [
      await onTerminal('list --quick', { NO_COLOR: '1' }),
      await onTerminal('status', { NO_COLOR: '1' }),
      await onTerminal('list --quick', { TERM: 'dumb' }),
      await onTerminal('list --quick --json'),
      await onTerminal('list --quick --parsable'),
      await beHookOk('list', '--quick', '--filesystem', fs.top),
      await beHookOk('status', '--filesystem', fs.top),
    ];
    for (const text of plain) assert.not.match(text, '\u001b');
    const bare = list.replaceAll(/\u001b\[\d+m/g, '').trimEnd();
    assert.is(bare, plain[0]?.trimEnd(), 'the columns are the same');
  });
});

test.run();
