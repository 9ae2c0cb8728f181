import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { scanDistributionMenu } from '../../../../lib/bootloaders/grub/distribution-menu.ts';

const section = (name: string, ...lines: readonly string[]): string =>
  [`### BEGIN /etc/grub.d/${name} ###`, ...lines, `### END /etc/grub.d/${name} ###`, ''].join('\n');

const test = suite('scanDistributionMenu');

test('returns the images of the Linux generator, and no images of other systems', () => {
  const text =
    section('00_header', 'set timeout=5') +
    section(
      '10_linux',
      "menuentry 'a' --unrestricted {",
      '\tlinux\t/@/boot/vmlinuz-6.1 root=x ro',
      '}',
      "menuentry 'b' {",
      '  linuxefi /boot/vmlinuz-6.2',
      '}',
    ) +
    section('30_os-prober', "menuentry 'c' {", '\tlinux /boot/vmlinuz-other', '}');

  const menu = scanDistributionMenu(text);

  assert.equal([...menu.images], ['vmlinuz-6.1', 'vmlinuz-6.2']);
  assert.equal([menu.bls, menu.hasEntries, menu.unrestricted], [false, true, true]);
});

test('reports entries without images for a menu of BLS entries', () => {
  const menu = scanDistributionMenu(section('10_linux', 'insmod blscfg', 'blscfg'));

  assert.equal([menu.bls, menu.hasEntries, menu.unrestricted, menu.images.size], [true, true, true, 0]);
});

test('reports a restricted menu if every entry requires a password', () => {
  assert.is(scanDistributionMenu("menuentry 'a' --users root {\n linux /a\n}\n").unrestricted, false);
});

test('reports no entries for a grub.cfg without entries', () => {
  for (const text of ['', '# menuentry\n', 'set x=blscfg\n']) {
    const menu = scanDistributionMenu(text);
    assert.equal([menu.bls, menu.hasEntries, menu.unrestricted], [false, false, true]);
  }
});

test.run();
