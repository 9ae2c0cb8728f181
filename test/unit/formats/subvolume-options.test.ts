import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSubvolumeChoice } from '../../../lib/formats/subvolume-options.ts';

const test = suite('readSubvolumeChoice');

const choose = (text: string): string => {
  const { path, id, refused } = readSubvolumeChoice(text.split(','));
  return [path === undefined ? '-' : `/${path}`, id ?? '-', refused ?? '-'].join(' ');
};

test('reads paths and ids as mount(8) does', () => {
  for (const [options, expected] of [
    ['defaults,noatime', '- - -'],
    ['subvolid=5', '- 5 -'],
    ['subvolid=0', '- 5 -'],
    ['subvolid=0x100', '- 256 -'],
    ['subvolid=0X100', '- 256 -'],
    ['subvolid=0400', '- 256 -'],
    ['subvolid=+5', '- 5 -'],
    ['subvolid=256,subvolid=5', '- 5 -'],
    ['subvol=/', '/ - -'],
    ['subvol=//home//', '/home - -'],
    ['subvol=./home', '/home - -'],
    ['subvol=home,subvol=/', '/ - -'],
    ['subvolid=5,ro,subvol=/', '/ 5 -'],
    ['subvol=/with\\040space', '/with space - -'],
  ] as const)
    assert.is(choose(options), expected, options);
});

test('names an option that mount(8) refuses', () => {
  for (const option of ['subvol=', 'subvol', 'subvolid=', 'subvolid=abc', 'subvolid=08', 'subvolid=-1', 'subvolid=5 '])
    assert.is(readSubvolumeChoice(['noatime', option]).refused, option);
});

test.run();
