import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMenu } from '../../lib/bootloaders/grub/parse-menu.ts';
import { quoteGrub, splitGrubWords } from '../../lib/bootloaders/grub/quote.ts';
import { renderMenu } from '../../lib/bootloaders/grub/render-menu.ts';
import { tool } from '../support/guest/tool.ts';
import { anyGrubMenu, hostileText } from '../support/menus.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('GRUB menus');

test('quote every text as one word with the same text', () => {
  fc.assert(
    fc.property(fc.array(hostileText, { minLength: 1 }), (words) => {
      assert.equal(splitGrubWords(words.map(quoteGrub).join(' ')), words);
    }),
    { numRuns: 1000 },
  );
});

test('do not split a text that quoteGrub cannot write', () => {
  for (const line of ['a"b"', '$x', 'a;b', "'open", 'a\\ b', "a''b c|d", '`x`', 'a&b', '{a', "a'b'}"]) {
    assert.is(splitGrubWords(line), undefined, line);
  }
});

test('are read as they were written', () => {
  fc.assert(
    fc.property(anyGrubMenu, (menu) => {
      assert.equal(parseMenu(renderMenu(menu)), menu);
    }),
    { numRuns: 500 },
  );
});

test('are rejected if they are truncated or changed', () => {
  fc.assert(
    fc.property(anyGrubMenu, fc.nat(), fc.constantFrom('', 'x', '\n', "'"), (menu, at, inserted) => {
      const text = renderMenu(menu);
      const place = at % text.length;
      const changed = inserted === '' ? text.slice(0, place) : text.slice(0, place) + inserted + text.slice(place);
      const read = parseMenu(changed);
      // A change may make another valid menu, but renderMenu must then print exactly this text.
      assert.ok(read === undefined || renderMenu(read) === changed);
      if (inserted === '') assert.is(read, undefined);
    }),
    { numRuns: 500 },
  );
});

test('are accepted by the parser of GRUB', async () => {
  needTool('grub-script-check');
  await fc.assert(
    fc.asyncProperty(fc.array(anyGrubMenu, { minLength: 5, maxLength: 15 }), async (menus) => {
      await tool('grub-script-check', [], { input: menus.map((menu) => renderMenu(menu)).join('\n') });
    }),
    { numRuns: 40 },
  );
});

test.run();
