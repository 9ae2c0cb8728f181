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

/** The lines that be-hook wrote until November 2026. */
const earlier = `# be-hook: begin. These lines show the menu of all boot environments (see be-hook(8)); be-hook keeps them here.
if [ -f "\${config_directory}/be-hook.cfg" ]; then
  if [ -n "\${superusers}" ]; then export superusers; fi
  configfile "\${config_directory}/be-hook.cfg"
fi
# be-hook: end`;

const test = suite('the GRUB hand-over');

test('is removed without another change, except for the last line break', () => {
  fc.assert(
    fc.property(grubCfg, (text) => {
      assert.is(removeHandOver(addHandOver(text)), withFinalBreak(text));
    }),
    { numRuns: 500 },
  );
});

test('is in the file once, however often it is added', () => {
  fc.assert(
    fc.property(grubCfg, (text) => {
      assert.is(findHandOver(text), 'absent');
      const once = addHandOver(text);
      assert.is(findHandOver(once), 'present');
      assert.is(addHandOver(once), once);
    }),
  );
});

test('keeps the lines after it', () => {
  fc.assert(
    fc.property(grubCfg, grubCfg, (before, after) => {
      const text = addHandOver(before) + after;
      assert.is(removeHandOver(text), withFinalBreak(before) + after);
    }),
  );
});

test('replaces a forward to another menu, and is replaced by a forward', () => {
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

test('is reported as damaged if its lines are incomplete', () => {
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

test('is outdated if its lines are changed or duplicated', () => {
  const text = addHandOver('set a=1\n');
  assert.is(findHandOver(text.replace('be-hook.cfg', 'other.cfg')), 'outdated');
  assert.is(findHandOver(text + addHandOver('')), 'outdated');
  assert.is(addHandOver(text + addHandOver('')), text);
});

test('is outdated if an earlier version wrote it, and is then replaced', () => {
  const text = addHandOver('set a=1\n').replace(/^# be-hook: begin.*$[^]*?^# be-hook: end$/m, earlier);

  assert.match(text, earlier);
  assert.is(findHandOver(text), 'outdated');
  assert.is(addHandOver(text), addHandOver('set a=1\n'));
  assert.is(removeHandOver(text), 'set a=1\n');
});

test('does not use the command “true”, which Fedora’s signed GRUB image lacks', () => {
  for (const text of [generatorScript, ownGrubCfg(), forwardTo('', filesystemUuid, '/x')]) {
    assert.not.match(text, /(^|[;\s{])true([;\s}]|$)/);
  }
});

test('distinguishes a grub.cfg of be-hook from any other', () => {
  assert.ok(isOwnGrubCfg(ownGrubCfg()));
  assert.is(findHandOver(ownGrubCfg()), 'present');
  assert.not(isOwnGrubCfg(addHandOver('set a=1\n')));
});

test('to another menu is accepted by the parser of GRUB', async () => {
  needTool('grub-script-check');
  await fc.assert(
    fc.asyncProperty(fc.array(path, { minLength: 5, maxLength: 20 }), async (targets) => {
      const text = targets.map((target) => forwardTo('', filesystemUuid, target)).join('');
      await tool('grub-script-check', [], { input: ownGrubCfg() + text });
    }),
    { numRuns: 20 },
  );
});

test('is printed by the generator script exactly as be-hook expects it', async () => {
  const printed = await tool('sh', ['-c', generatorScript]);

  assert.is(findHandOver(`set timeout=5\n${printed}\n`), 'present');
});

test('is removed together with its section of the menu generator', () => {
  const before = '### BEGIN /etc/grub.d/41_custom ###\n### END /etc/grub.d/41_custom ###\n\n';
  const ours = addHandOver('').replace(/^\n/, '');
  const made = `${before}### BEGIN /etc/grub.d/99_be-hook ###\n${ours}### END /etc/grub.d/99_be-hook ###\n`;

  assert.is(findHandOver(made), 'present');
  assert.is(removeHandOver(made), before);
});

test.run();
