import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDefault, withEntry, withoutMenu } from '../../../../lib/bootloaders/bls/settings.ts';
import { textFitsInPlace } from '../../../../lib/formats/sectors.ts';
import type { FileText } from '../../../../lib/model/observation.ts';

const settings = (text: string): FileText => ({ kind: 'text', on: 'boot', path: 'loader/loader.conf', text });
const missing: FileText = { kind: 'missing', on: 'boot', path: 'loader/loader.conf' };
const line = (text: string): string => `${text.padEnd(240)}\n`;

const test = suite('loader.conf');

test('gets one line at its end that names the default entry', () => {
  assert.is(withEntry(missing, 'a.conf'), line('default a.conf'));
  assert.is(withEntry(settings('timeout 3'), 'a.conf'), `timeout 3\n${line('default a.conf')}`);
  const text = withEntry(settings('timeout 3\ndefault fedora-*\n'), 'a.conf') ?? '';
  assert.is(text, `timeout 3\ndefault fedora-*\n${line('default a.conf')}`);
  assert.is(readDefault(settings(text)), 'a.conf');
  assert.is(withEntry(settings(text), 'a.conf'), text);
});

test('keeps its other lines when the default changes, and when be-hook goes', () => {
  const text = `timeout 3\n${line('default a.conf')}editor no\n`;

  assert.is(withEntry(settings(text), 'b.conf'), `timeout 3\n${line('default b.conf')}editor no\n`);
  assert.is(withoutMenu(settings(text), undefined), `timeout 3\n${line('# be-hook')}editor no\n`);
  assert.is(withoutMenu(settings(text), 'x-1.conf'), `timeout 3\n${line('default x-1.conf')}editor no\n`);
  assert.is(withEntry(settings(`timeout 3\n${line('# be-hook')}editor no\n`), 'a.conf'), text);
  assert.is(withoutMenu(settings('default fedora-*\n'), undefined), undefined);
  assert.is(withoutMenu(missing, undefined), undefined);
});

test('changes so that a power cut leaves the old or the new default', () => {
  const own = ['a', 'b'].map((name) => withEntry(settings('default x\n'), `${name}.conf`) ?? '');
  const states = ['default x\n', ...own, withoutMenu(settings(own[1] ?? ''), undefined) ?? '', ...own];

  for (const [index, state] of states.slice(1).entries()) assert.ok(textFitsInPlace(states[index] ?? '', state), state);
});

test('gets another line behind a later default', () => {
  const text = `${line('default a.conf')}default x\n`;

  assert.is(withEntry(settings(text), 'b.conf'), `${text}${line('default b.conf')}`);
});

test('stays as it is where the line does not fit into the first sector', () => {
  assert.is(withEntry(settings(`default x\n${'#'.repeat(300)}\n`), 'a.conf'), undefined);
  assert.is(withEntry(settings('# ü\n'), 'a.conf'), undefined);
  assert.is(withEntry(missing, `${'a'.repeat(240)}.conf`), undefined);
});

test.run();
