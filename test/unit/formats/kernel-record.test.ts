import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseKernelRecord, printKernelRecord } from '../../../lib/formats/kernel-record.ts';

const test = suite('the record of kernels');

const digest = 'a'.repeat(64);

const read = (text: string): string | undefined => {
  const record = parseKernelRecord(text);
  return record === undefined ? undefined : printKernelRecord(record);
};

for (const [what, record] of Object.entries({
  'an empty file': { version: 1, kernels: { '6.1': { image: { size: 5, digest }, initrd: { size: 0, stamp: 's' } } } },
  'unknown fields': {
    version: 1,
    kernels: { '6.1': { image: { size: 5, digest, later: [1] }, later: 2 } },
    savedEntry: { shared: '', later: 3 },
    later: { constructor: 4 },
  },
  'a release that is the name of a method': { version: 1, kernels: { constructor: { image: { size: 5, digest } } } },
  'no kernels': { version: 1, kernels: {} },
})) {
  test(`is written as it was read: ${what}`, () => {
    assert.is(read(JSON.stringify(record)), JSON.stringify(record));
  });
}

for (const [what, record] of Object.entries({
  'no text of a record': 5,
  'no field with kernels': { version: 1 },
  'a list of kernels': { version: 1, kernels: [] },
  'a file of another type': { version: 1, kernels: { '6.1': { initrd: [{ size: 5, digest }] } } },
  'a digest of another type': { version: 1, kernels: { '6.1': { image: { size: 5, digest: 'md5' } } } },
  'a saved entry of another type': { version: 1, kernels: {}, savedEntry: 'first' },
  'a later version': { version: 2, kernels: {} },
  'unknown requirements': { version: 1, kernels: {}, requires: ['later'] },
})) {
  test(`is unreadable if a part cannot be interpreted: ${what}`, () => {
    assert.is(read(JSON.stringify(record)), undefined);
  });
}

test.run();
