import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeStep } from '../../../lib/apply/describe.ts';
import type { SnapshotName } from '../../../lib/model/snapshot-name.ts';
import type { Step, StepKind } from '../../../lib/model/step.ts';
import { beName, uuidOf } from '../../support/builders.ts';

const evil = '@x\n\u001b[31m\u202e';
const reason = `why${evil}`;
const steps: { readonly [K in StepKind]: Extract<Step, { kind: K }> } = {
  'set-mark': {
    kind: 'set-mark',
    path: evil,
    mark: { version: 1, name: beName('a'), uuid: uuidOf(1), created: 1 },
    reason,
  },
  'clear-mark': { kind: 'clear-mark', path: evil, reason },
  'begin-directory': { kind: 'begin-directory', path: evil, reason },
  'finish-directory': { kind: 'finish-directory', path: evil, reason },
  'protect-directory': { kind: 'protect-directory', path: evil, reason },
  'create-subvolume': { kind: 'create-subvolume', path: evil, reason },
  'clone-subvolume': { kind: 'clone-subvolume', from: evil, to: evil, reason },
  'replace-placeholder': { kind: 'replace-placeholder', path: evil, like: evil, reason },
  'freeze-subvolume': { kind: 'freeze-subvolume', path: evil, reason },
  'thaw-subvolume': { kind: 'thaw-subvolume', path: evil, reason },
  'set-snapshot-mark': {
    kind: 'set-snapshot-mark',
    path: evil,
    mark: { version: 1, name: 'a' as SnapshotName, uuid: uuidOf(1), created: 1, of: uuidOf(1) },
    reason,
  },
  'set-volume-policy': { kind: 'set-volume-policy', path: evil, policy: 'cloned', reason },
  'mark-for-deletion': { kind: 'mark-for-deletion', path: evil, uuid: uuidOf(1), reason },
  'delete-subvolume': { kind: 'delete-subvolume', path: evil, id: 1, reason },
  'remove-directory': { kind: 'remove-directory', path: evil, reason },
  'append-history': { kind: 'append-history', path: evil, line: '{}', reason },
  'set-default-subvolume': { kind: 'set-default-subvolume', path: evil, from: 256, reason },
  'set-one-shot-file': { kind: 'set-one-shot-file', filesystemUuid: evil, reason },
  'set-next': { kind: 'set-next', mountpoint: evil, name: evil, reason },
  'set-active': { kind: 'set-active', uuid: uuidOf(1), reason },
  'make-directory': { kind: 'make-directory', on: 'root', path: evil, reason },
  'write-file': {
    kind: 'write-file',
    on: 'root',
    path: evil,
    text: 'secret',
    mode: 0o600,
    labelLike: undefined,
    reason,
  },
  'remove-file': { kind: 'remove-file', on: 'root', path: evil, reason },
  'keep-file': {
    kind: 'keep-file',
    on: 'boot',
    path: evil,
    from: { on: 'boot', path: evil },
    digest: '0'.repeat(64),
    size: 1,
    reason,
  },
  'set-kernels': { kind: 'set-kernels', path: evil, kernels: { version: 1, kernels: {} }, reason },
  'copy-tree': { kind: 'copy-tree', from: evil, to: evil, reason },
  'carry-file': {
    kind: 'carry-file',
    path: evil,
    from: `${evil}2`,
    base: undefined,
    entry: { kind: 'file', content: 'secret', mode: 0o600, uid: 0, gid: 0, attributes: 'secret' },
    attributesFrom: evil,
    reason,
  },
  'sync-filesystem': { kind: 'sync-filesystem', on: 'root', reason },
  'refresh-distribution-menu': {
    kind: 'refresh-distribution-menu',
    on: 'root',
    path: evil,
    generator: evil,
    check: undefined,
    reason,
  },
  'mount-subvolumes': {
    kind: 'mount-subvolumes',
    mounts: [{ mountpoint: evil, subvolume: { id: 1, path: evil }, readOnly: true }],
    makeDirectory: undefined,
    reason,
  },
  unmount: {
    kind: 'unmount',
    mounts: [{ mountpoint: evil, subvolume: undefined, readOnly: false }],
    directories: [],
    lazy: false,
    reason,
  },
  'mark-needs-sync': { kind: 'mark-needs-sync', reason },
  'wait-for-space': { kind: 'wait-for-space', ids: [300], reason },
  'take-lock': { kind: 'take-lock', reason },
  'clear-needs-sync': { kind: 'clear-needs-sync', reason },
};

const test = suite('describeStep');

for (const step of Object.values(steps)) {
  test(`describes ${step.kind} in one printable sentence with its reason`, () => {
    const text = describeStep(step);

    assert.not.match(text, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    assert.not.match(text, /undefined|\[object/);
    assert.match(text, /\(why@x\?\?\[31m\?\)$/);
    if ('path' in step) assert.ok(text.includes('/@x'), text);
  });
}

test('has a separate sentence for every kind of step', () => {
  const sentences = Object.values(steps).map(describeStep);

  assert.is(new Set(sentences).size, sentences.length);
});

test('distinguishes deleting the recorded default from recording one', () => {
  assert.is.not(describeStep(steps['set-active']), describeStep({ kind: 'set-active', uuid: undefined, reason }));
});

test('names the file system only if it is not the btrfs', () => {
  const sentences = (['root', 'esp'] as const).flatMap((on) => [
    describeStep({ kind: 'remove-file', on, path: 'a', reason }),
    describeStep({ kind: 'sync-filesystem', on, reason }),
  ]);

  assert.equal(
    sentences.map((text) => text.slice(0, text.indexOf(' ('))),
    ['remove /a', 'write everything to disk', 'remove /boot/efi/a', 'write everything on /boot/efi to disk'],
  );
});

test.run();
