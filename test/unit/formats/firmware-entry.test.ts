import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootVariable, parseBootOrder, parseFirmwareEntry } from '../../../lib/formats/firmware-entry.ts';

const test = suite('the boot entries of the firmware');

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s+/g, ''), 'hex'));

/** Made by efibootmgr 17: --create --disk DISK --part 1 --label 'Test Linux' --loader '\EFI\testlinux\shimx64.efi'. */
const entry = bytes(`
  07000000 01000000 6800 54006500730074002000 4c0069006e00750078000000
  04012a00 01000000 0008000000000000 dff7010000000000 06f66a49842619 44b08f87fa72a1c7cc 02 02
  04043a00 5c00450046004900 5c00 74006500730074006c0069006e0075007800 5c00 7300680069006d007800360034002e00650066006900 0000
  7fff0400`);

test('have a label, a partition and a program', () => {
  assert.equal(parseFirmwareEntry(entry), {
    label: 'Test Linux',
    active: true,
    partition: '496af606-2684-4419-b08f-87fa72a1c7cc',
    file: 'EFI/testlinux/shimx64.efi',
  });
});

test('are inactive without the lowest bit of their attributes', () => {
  const inactive = Uint8Array.from(entry);
  inactive[4] = 0;
  assert.is(parseFirmwareEntry(inactive)?.active, false);
});

test('name no partition and no program if they start something else', () => {
  // A path with only its end, as of an entry for the network.
  const found = parseFirmwareEntry(bytes('07000000 01000000 0400 41000000 7fff0400'));
  assert.equal(found, { label: 'A', active: true, partition: undefined, file: undefined });
});

test('have an order of numbers, and names with four digits', () => {
  assert.equal(parseBootOrder(bytes('07000000 0100 ff01 0000')), [1, 0x1ff, 0]);
  assert.equal([1, 0x1ff].map(bootVariable), ['Boot0001', 'Boot01FF']);
});

test('of any content are read or left out', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      parseFirmwareEntry(content);
      parseBootOrder(content);
    }),
  );
  for (let length = 0; length < entry.length; length += 1)
    assert.not(parseFirmwareEntry(entry.subarray(0, length))?.file);
});

test.run();
