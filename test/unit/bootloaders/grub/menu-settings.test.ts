import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MenuConsole } from '../../../../lib/bootloaders/grub/grub-menu.ts';
import { interpretConsole, interpretMenuSettings } from '../../../../lib/bootloaders/grub/menu-settings.ts';
import { tool } from '../../../support/guest/tool.ts';
import { skip } from '../../../support/skip.ts';

const generator = '/etc/grub.d/00_header';

type Settings = ReturnType<typeof interpretMenuSettings> & MenuConsole;

function settings(values: Readonly<Record<string, string>>): Settings {
  const defaults = new Map(Object.entries(values));
  return { ...interpretMenuSettings(defaults), ...interpretConsole(defaults, true) };
}

const test = suite('interpretMenuSettings');

for (const defaults of [
  { GRUB_TIMEOUT: '7' },
  { GRUB_TIMEOUT: '-1' },
  { GRUB_TIMEOUT: '0' },
  { GRUB_TIMEOUT: '7', GRUB_TIMEOUT_STYLE: 'hidden' },
  { GRUB_TIMEOUT: '7', GRUB_TIMEOUT_STYLE: 'countdown' },
  { GRUB_TIMEOUT: '7', GRUB_TIMEOUT_STYLE: 'menu' },
  { GRUB_TIMEOUT: '7', GRUB_TIMEOUT_STYLE: '' },
  { GRUB_TIMEOUT: '0', GRUB_HIDDEN_TIMEOUT: '3', GRUB_HIDDEN_TIMEOUT_QUIET: 'true' },
  { GRUB_TIMEOUT: '0', GRUB_HIDDEN_TIMEOUT: '3', GRUB_HIDDEN_TIMEOUT_QUIET: 'false' },
  { GRUB_TIMEOUT: '0', GRUB_HIDDEN_TIMEOUT: '3' },
  { GRUB_TIMEOUT: '9', GRUB_HIDDEN_TIMEOUT: '3', GRUB_TIMEOUT_STYLE: 'menu' },
  { GRUB_TIMEOUT: '9', GRUB_HIDDEN_TIMEOUT: '' },
  { GRUB_TIMEOUT: '8', GRUB_HIDDEN_TIMEOUT: '0', GRUB_HIDDEN_TIMEOUT_QUIET: 'true' },
  { GRUB_TIMEOUT: '8', GRUB_HIDDEN_TIMEOUT: '0' },
  { GRUB_TIMEOUT: '8', GRUB_HIDDEN_TIMEOUT: '0', GRUB_TIMEOUT_STYLE: 'hidden' },
  { GRUB_TIMEOUT: '0', GRUB_HIDDEN_TIMEOUT: '00' },
]) {
  test(`has the same timeout as grub-mkconfig for ${JSON.stringify(defaults)}`, async () => {
    if (!existsSync(generator)) skip('grub-common is not installed');
    const env = { pkgdatadir: '/usr/share/grub', prefix: '/usr', ...defaults };
    const text = await tool('sh', [generator], { env });
    const [, style, timeout] = /set timeout_style=(\w+)\s+set timeout=(-?\d+)/.exec(text) ?? [];

    const ours = settings(defaults);

    assert.equal([ours.timeoutStyle, ours.timeout], [style, Number(timeout)]);
  });
}

test('uses five seconds if there is no valid timeout', () => {
  for (const text of ['', 'soon', '1.5', '5; reboot']) assert.is(settings({ GRUB_TIMEOUT: text }).timeout, 5, text);
  assert.is(settings({}).timeout, 5);
});

test('uses the terminals of the distribution; GRUB_TERMINAL sets both', () => {
  const separate = settings({ GRUB_TERMINAL_INPUT: 'console serial', GRUB_TERMINAL_OUTPUT: 'console' });
  assert.equal([separate.terminalInput, separate.terminalOutput], [['console', 'serial'], ['console']]);

  const both = settings({ GRUB_TERMINAL: 'serial', GRUB_TERMINAL_INPUT: 'console' });
  assert.equal([both.terminalInput, both.terminalOutput, both.serial], [['serial'], ['serial'], []]);

  const none = settings({});
  assert.equal([none.terminalInput, none.terminalOutput, none.serial], [[], [], undefined]);
});

test('sets up the serial port only for a serial terminal', () => {
  const command = { GRUB_SERIAL_COMMAND: 'serial --unit=0 --speed=115200' };
  assert.equal(settings({ ...command, GRUB_TERMINAL: 'serial console' }).serial, ['--unit=0', '--speed=115200']);
  assert.is(settings({ ...command, GRUB_TERMINAL: 'console' }).serial, undefined);
});

test('omits a graphical terminal, because only the distribution loads its fonts', () => {
  assert.equal(settings({ GRUB_TERMINAL_OUTPUT: 'gfxterm' }).terminalOutput, []);
});

test('omits a setting that is not a GRUB keyword', () => {
  const { terminalInput, terminalOutput, serial } = settings({
    GRUB_TERMINAL: 'serial;reboot $(x) `y` "z" {',
    GRUB_SERIAL_COMMAND: 'serial --unit=0;halt',
  });

  assert.equal([terminalInput, terminalOutput, serial], [[], [], undefined]);
});

test.run();
