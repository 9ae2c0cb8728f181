import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubMenu } from '../../../../lib/bootloaders/grub/grub-menu.ts';
import { parseMenu } from '../../../../lib/bootloaders/grub/parse-menu.ts';
import { splitGrubWords } from '../../../../lib/bootloaders/grub/quote.ts';
import { renderMenu } from '../../../../lib/bootloaders/grub/render-menu.ts';
import type { Entry, Menu } from '../../../../lib/model/menu.ts';
import { onRoot } from '../../../../lib/model/place.ts';
import { beName, filesystemUuid } from '../../../support/builders.ts';

const entry = (change: Partial<Entry> = {}): Entry => ({
  be: beName('a'),
  release: '6.1',
  title: 'a: Linux 6.1',
  osId: 'fedora',
  image: onRoot('@a/boot/vmlinuz-6.1'),
  initrds: ['@a/boot/amd-ucode.img', '@a/boot/initramfs-6.1.img'].map(onRoot),
  options: ['root=UUID=1', 'ro'],
  ...change,
});
const inSubmenu = entry({ be: beName('b') });
const menu = (change: Partial<Menu> = {}, ...entries: readonly Entry[]): GrubMenu => ({
  console: { terminalInput: [], terminalOutput: [], serial: undefined, unrestricted: true },
  menu: { ...plain(...entries), ...change },
});
const plain = (...entries: readonly Entry[]): Menu => ({
  filesystemUuid,
  bootUuid: undefined,
  default: { be: beName('a'), release: '6.1' },
  settings: {
    timeout: 3,
    timeoutFixed: false,
    timeoutStyle: 'menu',
  },
  oneShot: undefined,
  groups: [
    { folded: false, be: beName('a'), entries: entries.length === 0 ? [entry()] : entries },
    { folded: true, be: beName('b'), title: 'b: other', osId: 'fedora', entries: [inSubmenu] },
  ],
});
const commands = (text: string): readonly (readonly string[])[] =>
  text.split('\n').map((line) => splitGrubWords(line) ?? []);
const named = (text: string, name: string): readonly (readonly string[])[] =>
  commands(text).filter(([first]) => first === name);

const test = suite('renderMenu');

test('finds the file system, then loads the kernel and the initrds in order', () => {
  const text = renderMenu(menu());

  assert.equal(
    named(text, 'search').map((words) => words.at(-1)),
    [filesystemUuid, filesystemUuid],
  );
  assert.equal(named(text, 'linux')[0], ['linux', '/@a/boot/vmlinuz-6.1', 'root=UUID=1', 'ro']);
  assert.equal(named(text, 'initrd')[0], ['initrd', '/@a/boot/amd-ucode.img', '/@a/boot/initramfs-6.1.img']);
});

test('writes no initrd command for an entry without initrds', () => {
  assert.equal(
    named(
      renderMenu(menu({ groups: [{ folded: false, be: beName('a'), entries: [entry({ initrds: [] })] }] })),
      'initrd',
    ),
    [],
  );
});

test('refuses an entry whose kernel is on another file system', () => {
  const elsewhere = entry({ image: { on: 'boot', path: 'vmlinuz-6.1' } });
  assert.throws(
    () => renderMenu(menu({ groups: [{ folded: false, be: beName('a'), entries: [elsewhere] }] })),
    /^no entry of GRUB's menu can load boot:\/vmlinuz-6\.1 /,
  );
});

test('sets the default by id, and an entry with each part of the id exists', () => {
  const text = renderMenu(menu({ default: { be: beName('b'), release: '6.1' } }));
  const headings = [...named(text, 'menuentry'), ...named(text, 'submenu')];
  const ids = headings.map((words) => words[words.indexOf('--id') + 1]);

  const [first] = named(text, 'set').filter((words) => words[1]?.startsWith('default='));
  const parts = (first?.[1] ?? '').slice('default='.length).split('>');
  assert.is(parts.length, 2);
  for (const part of parts) assert.ok(ids.includes(part), part);
});

test('writes no id that GRUB could read as an entry index', () => {
  const text = renderMenu(menu());
  for (const words of [...named(text, 'menuentry'), ...named(text, 'submenu')]) {
    assert.not.match(words[words.indexOf('--id') + 1] ?? '', /^\s*[0-9]/);
  }
});

test("entries require a password exactly when the distribution's entries do", () => {
  const { menu: shown, console } = menu();
  const headings = (unrestricted: boolean): string =>
    renderMenu({ menu: shown, console: { ...console, unrestricted } })
      .split('\n')
      .filter((line) => /^\t?(menuentry|submenu) /.test(line))
      .join('\n');

  assert.is(headings(true).split('--unrestricted').length, 4);
  assert.not.match(headings(false), '--unrestricted');
});

test('sets the serial port, then terminals and timeout, all before the entries', () => {
  const settings = { timeout: -1, timeoutStyle: 'countdown', timeoutFixed: false } as const;
  const { console } = menu();
  const terminals = { terminalInput: ['serial', 'console'], terminalOutput: ['serial'], serial: ['--unit=0'] };
  const lines = renderMenu({ ...menu({ settings }), console: { ...console, ...terminals } }).split('\n');

  const expected = [
    'serial --unit=0',
    'terminal_input serial console',
    'terminal_output serial',
    'set timeout_style=countdown',
    'set timeout=-1',
  ];
  const places = expected.map((line) => lines.indexOf(line));
  assert.ok(
    places.every((place) => place >= 0),
    lines.join('\n'),
  );
  assert.equal(
    [...places].sort((x, y) => x - y),
    places,
  );
  assert.ok(lines.findIndex((line) => line.startsWith('menuentry')) > Math.max(...places));
});

test('selects absolute paths after it loads the modules and before it reads the files', () => {
  const first = renderMenu(menu()).split("menuentry 'b: ")[0] ?? '';
  const names = commands(first.slice(first.indexOf('menuentry'))).map(([name, word]) => [name, word].join(' ').trim());
  const body = names.slice(1, names.indexOf('}'));

  const place = body.indexOf('set btrfs_relative_path=n');
  assert.equal(
    body.slice(place + 1).map((line) => line.split(' ')[0]),
    ['linux', 'initrd'],
  );
  for (const module of ['gzio', 'linux']) assert.ok(body.slice(0, place).includes(`insmod ${module}`), module);
});

test('does not use the command “true”, which Fedora’s signed GRUB image lacks', () => {
  const choices = [{ be: beName('a'), release: '6.1' }];
  for (const chosen of [choices, []]) {
    const text = renderMenu(menu({ oneShot: { filesystemUuid: '1A2B-3C4D', choices: chosen } }));
    assert.not.match(text, /(^|[;\s{])true([;\s}]|$)/);
  }
});

test('does not use the environment block', () => {
  assert.not.match(renderMenu(menu()), /load_env|save_env|saved_entry|next_entry/);
});

test('quotes hostile arguments as single words', () => {
  const words = ["a'; halt; '", '$(reboot)', '${x}', '`x`', 'a b', '"', '\\', '', 'ü'];
  const text = renderMenu(menu({}, entry({ options: words, title: "x' { halt; } '" })));

  assert.equal(named(text, 'linux')[0]?.slice(2), words);
  assert.is(named(text, 'menuentry')[0]?.[1], "x' { halt; } '");
});

test.run();

const parsing = suite('parseMenu');

parsing('rejects every text that be-hook did not write', () => {
  const text = renderMenu(menu());
  const edited = [
    text.replace('vmlinuz-6.1', 'vmlinuz-6.1\\ '),
    text.replace('\t', ' '),
    text.replace('insmod gzio', 'insmod lzopio'),
  ];
  for (const other of ['', 'set timeout=5\n', text.slice(1), `${text}\n`, ...edited]) {
    assert.is(parseMenu(other), undefined, other);
  }
  assert.equal(parseMenu(text), menu());
});

parsing('reads a menu of an earlier version like a current one', () => {
  const choices = [{ be: beName('a'), release: '6.1' }];
  const once = menu({ oneShot: { filesystemUuid: '1A2B-3C4D', choices } });
  const text = renderMenu(once, 'first');

  assert.match(text, '\t\ttrue\n');
  assert.not.match(text, 'btrfs_relative_path');
  const settings = { ...once.menu.settings, timeoutFixed: true };
  assert.equal(parseMenu(text), { ...once, menu: { ...once.menu, settings } });
});

parsing('rejects a menu whose default names an unknown entry', () => {
  assert.is(parseMenu(renderMenu(menu({ default: { be: beName('a'), release: '6.2' } }))), undefined);
});

parsing.run();
