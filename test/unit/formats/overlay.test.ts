import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMountinfo } from '../../../lib/formats/mountinfo.ts';
import { overlayLayers } from '../../../lib/formats/overlay.ts';
import { accept } from '../../../lib/model/accept.ts';

const test = suite('layers of an overlay mount');

const layersOf = (line: string): readonly string[] => accept(parseMountinfo(line)).flatMap(overlayLayers);

test('are absolute paths, without the escapes of mount(8) and the kernel', () => {
  // Linux 6.18, mounted with lowerdir=m/be/l:/tmp/ov/m/o\,d d\:x/k and relative upper and work directories.
  const line =
    '78 27 0:68 / /tmp/ov/mnt rw,relatime - overlay overlay ' +
    'rw,lowerdir=m/be/l:/tmp/ov/m/o\\134\\054d\\040d\\134:x/k,upperdir=up/u,workdir=up/w,uuid=on';
  assert.equal(layersOf(line), ['/tmp/ov/m/o,d d:x/k']);
});

test('include all lower layers, the upper layer and the work directory', () => {
  const line = '78 27 0:68 / /m rw - overlay overlay ro,lowerdir=/a:/b/c::/d,upperdir=/u,workdir=/w';
  assert.equal(layersOf(line), ['/a', '/b/c', '/d', '/u', '/w']);
});

test('include layers that were added separately', () => {
  const line = '78 27 0:68 / /m rw - overlay overlay rw,lowerdir+=/a:b,lowerdir+=/c,datadir+=/d';
  assert.equal(layersOf(line), ['/a:b', '/c', '/d']);
});

test('are empty for another file system with the same option names', () => {
  assert.equal(layersOf('78 27 0:68 / /m rw - tmpfs none rw,lowerdir=/a'), []);
});

test.run();
