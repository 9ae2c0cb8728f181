import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addHandOver,
  findHandOver,
  forwardTo,
  generatorScript,
  isOwnGrubCfg,
  ownGrubCfg,
  removeHandOver,
} from '../../lib/bootloaders/grub/hand-over.ts';
import { filesystemUuid } from '../support/builders.ts';
import { tool } from '../support/guest/tool.ts';
import { hostileWord } from '../support/menus.ts';
import { needTool } from '../support/need-tool.ts';

const line = fc.oneof(
  fc.constantFrom(
    '',
    '# be-hook: end of story',
    '#be-hook: begin',
    ' # be-hook: end',
    'configfile x',
    "menuentry 'a' {",
    '}',
    '\r',
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', '')),
);
const grubCfg = fc.tuple(fc.array(line), fc.boolean()).map(([lines, ended]) => lines.join('\n') + (ended ? '\n' : ''));
const withFinalBreak = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
const path = hostileWord.map((text) => `/${text}`);

/** What be-hook wrote until November 2026. */
const earlier = `# be-hook: begin. These lines show the menu of all boot environments (see be-hook(8)); be-hook keeps them here.
if [ -f "\${config_directory}/be-hook.cfg" ]; then
  if [ -n "\${superusers}" ]; then export superusers; fi
  configfile "\${config_directory}/be-hook.cfg"
fi
# be-hook: end`;

const test = suite('hand-over');

test('taking our lines out gives what was there before, up to the last line break', () => {
  fc.assert(
    fc.property(grubCfg, (text) => {
      assert.is(removeHandOver(addHandOver(text)), withFinalBreak(text));
    }),
    { numRuns: 500 },
  );
});

test('our lines are there once, however often they are put there', () => {
  fc.assert(
    fc.property(grubCfg, (text) => {
      assert.is(findHandOver(text), 'absent');
      const once = addHandOver(text);
      assert.is(findHandOver(once), 'present');
      assert.is(addHandOver(once), once);
    }),
  );
});

test('what comes after our lines stays when they are put there anew', () => {
  fc.assert(
    fc.property(grubCfg, grubCfg, (before, after) => {
      const text = addHandOver(before) + after;
      assert.is(removeHandOver(text), withFinalBreak(before) + after);
    }),
  );
});

test('a way to another menu replaces our lines and is replaced by them', () => {
  fc.assert(
    fc.property(grubCfg, path, (text, target) => {
      const forwarded = forwardTo(addHandOver(text), filesystemUuid, target);
      assert.is(forwarded, forwardTo(text, filesystemUuid, target));
      assert.is(findHandOver(forwarded), 'outdated');
      assert.is(addHandOver(forwarded), addHandOver(text));
      assert.is(removeHandOver(forwarded), withFinalBreak(text));
    }),
  );
});

test('be-hook notices that its own lines are torn apart', () => {
  const whole = addHandOver('set a=1\n').split('\n');
  const begin = whole.find((candidate) => candidate.startsWith('# be-hook: begin')) ?? '';
  const end = '# be-hook: end';
  for (const lines of [
    [begin],
    [end],
    [end, begin],
    [begin, begin, end, end],
    [begin, end, end],
    [begin, end, begin],
  ]) {
    assert.is(findHandOver(['set a=1', ...lines, ''].join('\n')), 'broken', lines.join('|'));
  }
});

test('changed or doubled lines of be-hook are outdated', () => {
  const text = addHandOver('set a=1\n');
  assert.is(findHandOver(text.replace('be-hook.cfg', 'other.cfg')), 'outdated');
  assert.is(findHandOver(text + addHandOver('')), 'outdated');
  assert.is(addHandOver(text + addHandOver('')), text);
});

test('the lines of an earlier version are outdated and give way to those of today', () => {
  const text = addHandOver('set a=1\n').replace(/^# be-hook: begin.*$[^]*?^# be-hook: end$/m, earlier);

  assert.match(text, earlier);
  assert.is(findHandOver(text), 'outdated');
  assert.is(addHandOver(text), addHandOver('set a=1\n'));
  assert.is(removeHandOver(text), 'set a=1\n');
});

test('no line uses the command “true”, which Fedora’s signed GRUB image lacks', () => {
  for (const text of [generatorScript, ownGrubCfg(), forwardTo('', filesystemUuid, '/x')]) {
    assert.not.match(text, /(^|[;\s{])true([;\s}]|$)/);
  }
});

test('a grub.cfg that we made is known as ours and leads to our menu, another is not', () => {
  assert.ok(isOwnGrubCfg(ownGrubCfg()));
  assert.is(findHandOver(ownGrubCfg()), 'present');
  assert.not(isOwnGrubCfg(addHandOver('set a=1\n')));
});

test("GRUB's own parser accepts every way to another menu", async () => {
  needTool('grub-script-check');
  await fc.assert(
    fc.asyncProperty(fc.array(path, { minLength: 5, maxLength: 20 }), async (targets) => {
      const text = targets.map((target) => forwardTo('', filesystemUuid, target)).join('');
      await tool('grub-script-check', [], { input: ownGrubCfg() + text });
    }),
    { numRuns: 20 },
  );
});

test("the generator's script prints exactly the lines that we look for", async () => {
  const printed = await tool('sh', ['-c', generatorScript]);

  assert.is(findHandOver(`set timeout=5\n${printed}\n`), 'present');
});

test('nothing is left of the section that the menu generator made for us', () => {
  const before = '### BEGIN /etc/grub.d/41_custom ###\n### END /etc/grub.d/41_custom ###\n\n';
  const ours = addHandOver('').replace(/^\n/, '');
  const made = `${before}### BEGIN /etc/grub.d/99_be-hook ###\n${ours}### END /etc/grub.d/99_be-hook ###\n`;

  assert.is(findHandOver(made), 'present');
  assert.is(removeHandOver(made), before);
});

test.run();
