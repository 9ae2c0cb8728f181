import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Observation, ToolFacts } from '../../../lib/model/observation.ts';
import { findOtherReader } from '../../../lib/plan/interpret/bls-loader.ts';
import { aRoot } from '../../support/builders.ts';
import { emptyObservation } from '../../support/empty-observation.ts';

const test = suite('the loader that reads entries');

const root = aRoot(256, '@a');

function found(tools: Partial<ToolFacts>, runs = true): string | undefined {
  const filesystem = { ...emptyObservation.filesystem, runningSubvolume: runs ? 256 : undefined };
  const observation: Observation = {
    ...emptyObservation,
    filesystem,
    tools: { ...emptyObservation.tools, firmware: 'uefi', ...tools },
  };
  const layout = findOtherReader(root, observation);
  return layout?.kind === 'bls-on-esp' ? layout.found : layout?.kind;
}

test('is systemd-boot unless the machine says otherwise', () => {
  assert.is(found({}), undefined);
  assert.is(found({ loaderInfo: 'systemd-boot 257.5' }), undefined);
  assert.is(found({ loaderInfo: 'GRUB 2.12' }), 'GRUB 2.12 started this machine');
  assert.is(found({ firmware: 'bios' }), 'this machine has no UEFI, which systemd-boot needs');
});

test('is known only from its files where the file system does not run', () => {
  assert.is(found({ firmware: 'bios', loaderInfo: 'GRUB 2.12' }, false), undefined);
});

test('is sdbootutil’s where that is installed', () => {
  const managed = { ...root, loaderSetting: { ...root.loaderSetting, sdbootutil: true } };
  assert.is(findOtherReader(managed, emptyObservation)?.kind, 'bls-on-esp');
});

test.run();
