import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holdsLoader } from '../../../../lib/bootloaders/grub/holds-loader.ts';
import { aSystem, environmentOf, filesystemUuid, type SystemBuilder, textFile } from '../../../support/builders.ts';

const holders = (system: SystemBuilder): string[] => {
  const state = system.state();
  return state.environments
    .filter((environment) => holdsLoader(environment, state) !== undefined)
    .map(({ name }) => name)
    .sort();
};
/** Environments `a` and `b`, created at 1700000256 and 1700000257. */
const two = (a: number | undefined, b: number | undefined): SystemBuilder =>
  aSystem().withBe('a').withHome({ grubInstalled: a }).withBe('b').withHome({ grubInstalled: b });
const later = 1_700_001_000;

const test = suite('holdsLoader');

test('is true for the environment that a stub on the EFI system partition names', () => {
  const stub = {
    path: 'boot/efi/EFI/fedora/grub.cfg',
    filesystemUuid,
    menuDirectory: '@b/boot/grub2',
    relative: false,
  };
  const system = two(later, undefined).withGrubMachine({ stubs: [stub] });
  assert.equal(holders(system), ['b']);
  const state = system.state();
  assert.is(holdsLoader(environmentOf(state, 'b'), state), '/boot/efi/EFI/fedora/grub.cfg leads to /@b/boot/grub2');
});

test('is else true for the last run of grub-install, except for copied files', () => {
  assert.equal(holders(two(1_700_000_300, 1_700_000_100)), ['a']);
  assert.equal(holders(two(1_700_000_300, later)), ['b']);
  assert.equal(holders(two(1_700_000_100, 1_700_000_100)), ['a'], 'the oldest of those that have it');
  assert.equal(holders(two(undefined, undefined).withTools({ firmware: 'bios' })), []);
});

test('may be true for every environment with UEFI and without a visible stub', () => {
  assert.equal(holders(two(undefined, undefined).withTools({ firmware: 'uefi' })), ['a', 'b']);
  const rescued = two(undefined, undefined).withTools({ firmware: 'unknown' });
  assert.equal(holders(rescued), []);
  assert.equal(holders(rescued.with({ fstab: textFile('x', 'UUID=1 /boot/efi vfat defaults') })), ['b']);
});

test.run();
