import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLoops } from '../../../lib/formats/loops.ts';

const test = suite('loop devices');

test('are read with their backing file and the device number of its file system', () => {
  // util-linux 2.38; stat(1) calls 0:50 device 50, and 254:0 device 65024.
  const text = `{
   "loopdevices": [
      {"name":"/dev/loop5", "back-maj:min":"     0:50 ", "back-file":"/tmp/m/be/di sk"},
      {"name":"/dev/loop1", "back-maj:min":"   254:0  ", "back-file":"/tmp/d.img"}
   ]
}
`;
  assert.equal(parseLoops(text), [
    { name: '/dev/loop5', device: 50, file: '/tmp/m/be/di sk' },
    { name: '/dev/loop1', device: 65024, file: '/tmp/d.img' },
  ]);
});

test('have a minor number above 255 encoded as by stat(2)', () => {
  // stat(1) on Linux 6.18: %d is 4194323 where %Hd:%Ld is 0:1043.
  const text = '{"loopdevices":[{"name":"/dev/loop0","back-maj:min":"0:1043","back-file":"/x"}]}';
  assert.is(parseLoops(text)[0]?.device, 4_194_323);
});

test('are not found in an empty list', () => {
  assert.equal(parseLoops(''), []);
  assert.equal(parseLoops('{"loopdevices":[{"name":"/dev/loop0","back-maj:min":null,"back-file":null}]}'), []);
});

test.run();
