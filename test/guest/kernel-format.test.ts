import { readFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findImageFault, findInitrdFault, isSignedImage } from '../../lib/formats/linux-image.ts';
import { headSize } from '../../lib/model/health-evidence.ts';
import { kernels } from '../support/guest/kernels.ts';

const test = suite('the format of kernel images');

test('is read in the kernels of three Debian releases', async () => {
  for (const { vmlinuz, initramfs, release } of await kernels()) {
    const image = await readFile(vmlinuz);
    const head = image.subarray(0, headSize);

    assert.is(findImageFault(head, image.length), undefined, release);
    // Debian's signature lies behind the kernel, so this image has lost a part of the kernel.
    assert.match(findImageFault(head, image.length - 65_536) ?? '', 'but its header says', release);
    assert.ok(isSignedImage(head), release);
    assert.is(findInitrdFault((await readFile(initramfs)).subarray(0, headSize)), undefined, release);
  }
});

test('tells an executable for UEFI without a signature from one that has it', async () => {
  const unsigned = await readFile('/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi');

  assert.not.ok(isSignedImage(unsigned.subarray(0, headSize)));
  assert.not.ok(isSignedImage(Buffer.from('MZ')));
  assert.is(findImageFault(Buffer.from('KERNEL'), 6), undefined);
  assert.is(findImageFault(Buffer.alloc(600), 9000), 'it begins with zeros');
});

test.run();
