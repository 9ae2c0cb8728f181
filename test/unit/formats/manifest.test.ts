import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseManifest, printManifest, unknownInManifest } from '../../../lib/formats/manifest.ts';
import type { Manifest } from '../../../lib/model/manifest.ts';

const test = suite('export manifests');

const manifest: Manifest = {
  version: 1,
  name: 'be1',
  filesystem: { uuid: '12345678-1234-1234-1234-123456789abc', sources: ['LABEL=x'] },
  subvolumes: [{ name: 'root', id: 256, path: '@be1' }],
  shared: [],
};

function changed(more: object): string {
  return JSON.stringify({ ...manifest, ...more });
}

test('are read as they were printed', () => {
  assert.equal(parseManifest(printManifest(manifest)), manifest);
});

test('are read without the fields of a later version, at every level', () => {
  const filesystem = { ...manifest.filesystem, checksum: 'xxhash' };
  const subvolumes = manifest.subvolumes.map((candidate) => ({ ...candidate, size: 7 }));
  const read = parseManifest(changed({ compression: 'zstd', filesystem, subvolumes }));
  assert.is(read?.name, 'be1');
  assert.equal(read?.filesystem, manifest.filesystem);
});

test('are read if they have no unknown requirements', () => {
  assert.ok(parseManifest(changed({ requires: [] })));
  assert.equal(unknownInManifest(changed({ requires: [] })), []);
});

test('are refused for a higher version or an unknown feature, which is named', () => {
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ version: 2 }, ['version 2 of the format']],
    [{ requires: ['a', 'b'] }, ['a', 'b']],
    [{ requires: { x: 1 } }, ['{"x":1}']],
  ];
  for (const [more, unknown] of cases) {
    assert.is(parseManifest(changed(more)), undefined);
    assert.equal(unknownInManifest(changed(more)), unknown);
  }
});

test('are refused without a valid version', () => {
  for (const version of [undefined, 0, 1.5, '1', null]) {
    assert.is(parseManifest(changed({ version })), undefined);
    assert.equal(unknownInManifest(changed({ version })), []);
  }
});

test.run();
