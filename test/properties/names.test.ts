import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMark, printMark } from '../../lib/formats/mark.ts';
import { beNameFromPath, beNameKey, freeBeName, parseBeName } from '../../lib/model/be-name.ts';
import { compareKernels } from '../../lib/model/kernel.ts';
import { compareVersions } from '../../lib/model/version-order.ts';
import { hasUnprintable, visible } from '../../lib/model/visible.ts';
import { anyBeName, anyRelease } from '../support/menus.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 100 });

const test = suite('names');

test('are valid for every path', () => {
  const path = fc.oneof(anyText, fc.stringMatching(/^[a-z0-9.+-]{0,90}$/));
  fc.assert(
    fc.property(path, (text) => {
      const name = beNameFromPath(text);
      assert.is(parseBeName(name), name);
    }),
    { numRuns: 2000 },
  );
});

test('are free only if they are not too similar to a used name', () => {
  fc.assert(
    fc.property(anyBeName, fc.array(anyBeName), (name, others) => {
      const taken = [name, ...others];
      const free = freeBeName(name, taken);
      assert.is(parseBeName(free), free);
      assert.not(taken.map(beNameKey).includes(beNameKey(free)));
    }),
  );
});

test('have the same key if rpm compares them as equal', () => {
  fc.assert(
    fc.property(anyBeName, anyBeName, fc.constantFrom('.', '-', '_', '..'), (name, other, separator) => {
      const twin = name.replace(/[._-]+/g, separator);
      for (const two of [twin, other]) {
        const parsed = parseBeName(two);
        if (compareVersions(name, two) !== 0 || typeof parsed !== 'string') continue;
        assert.is(beNameKey(parsed), beNameKey(name));
      }
    }),
  );
});

test('are read from a mark as they were printed', () => {
  fc.assert(
    fc.property(anyBeName, fc.uuid(), fc.nat(), (name, uuid, created) => {
      const mark = { version: 1, name, uuid, created } as const;
      assert.equal(parseMark(printMark(mark)), mark);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(anyText, fc.json()), (text) => {
      const mark = parseMark(text);
      if (mark !== undefined) assert.equal(JSON.parse(printMark(mark)), JSON.parse(text));
    }),
  );
});

test('contain no invisible character after visible()', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.not(hasUnprintable(visible(text)));
      assert.is(visible(visible(text)), visible(text));
    }),
  );
});

test.run();

const order = suite('orders');

const sign = (a: string, b: string): number => Math.sign(compareKernels({ release: a }, { release: b }));

order('of kernels are antisymmetric, transitive and total', () => {
  fc.assert(
    fc.property(anyRelease, anyRelease, anyRelease, (a, b, c) => {
      assert.ok(sign(a, b) + sign(b, a) === 0);
      assert.ok((sign(a, b) === 0) === (a === b));
      if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0);
    }),
    { numRuns: 3000 },
  );
});

order.run();
