import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEntry, renderEntries } from '../../../../lib/bootloaders/bls/entry-file.ts';
import { printEntryPath, readEntryPath } from '../../../../lib/bootloaders/bls/entry-name.ts';
import { anyBeName, anyRelease } from '../../../support/menus.ts';

const test = suite('entries for systemd-boot');

test('have names of the characters that the specification permits, from which be-hook reads the same key', () => {
  fc.assert(
    fc.property(anyBeName, anyRelease, fc.constantFrom('default', 'other'), (be, release, kind) => {
      const path = printEntryPath({ kind, be, release, number: 7 });
      assert.match(path, /^loader\/entries\/be-hook-[A-Za-z0-9_.-]+__7\.conf$/);
      assert.equal(readEntryPath(path), { kind, be, release, number: 7 });
    }),
  );
});

test('ignore names that be-hook does not make', () => {
  for (const name of ['be-hook-default__a__1.conf', 'be-hook-x__a__1__1.conf', 'be-hook-other__a__1__0.conf', 'a.conf'])
    assert.is(readEntryPath(`loader/entries/${name}`), undefined, name);
});

test('count only if they are complete', () => {
  const [file] = renderEntries({
    filesystemUuid: '1',
    bootUuid: undefined,
    default: { be: 'a' as never, release: '6.1' },
    settings: { timeout: 0, timeoutStyle: 'menu', timeoutFixed: false },
    oneShot: undefined,
    groups: [
      {
        folded: false,
        be: 'a' as never,
        entries: [
          {
            be: 'a' as never,
            release: '6.1',
            title: 'a: Linux',
            osId: 'fedora',
            image: { on: 'boot', path: 'be-hook/vmlinuz' },
            initrds: [{ on: 'boot', path: 'be-hook/initramfs' }],
            options: ['root=UUID=1', 'rootflags=subvol=a b'],
          },
        ],
      },
    ],
  });
  const read = (text: string): ReturnType<typeof readEntry> =>
    readEntry({ kind: 'text', on: 'boot', path: 'loader/entries/be-hook-default__a__6.1__1.conf', text });
  const text = file?.text ?? '';

  assert.equal(read(text), { kind: 'default', entry: file?.entry });
  for (let length = 0; length < text.length; length += 1)
    assert.is(read(text.slice(0, length)), undefined, String(length));
});

test.run();
