import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { customFile } from '../../../../lib/bootloaders/grub/custom-file.ts';
import type { MenuDirectoryFacts } from '../../../../lib/bootloaders/grub/facts.ts';
import { ownGrubCfg } from '../../../../lib/bootloaders/grub/hand-over.ts';
import { planHandOverInPlace, planMenuInPlace } from '../../../../lib/bootloaders/grub/install-in-place.ts';
import { printPointer, readPointer, shownMenu } from '../../../../lib/bootloaders/grub/pointer.ts';
import { readRoot } from '../../../../lib/bootloaders/grub/read-root.ts';
import type { FileText } from '../../../../lib/model/observation.ts';
import type { Step } from '../../../../lib/model/step.ts';
import { aHome, aRoot, aSystem, withGrub } from '../../../support/builders.ts';

const file = (name: string, text: string | undefined): FileText => {
  const path = `grub2/${name}`;
  return text === undefined ? { kind: 'missing', on: 'boot', path } : { kind: 'text', on: 'boot', path, text };
};

type Texts = Readonly<Record<string, string>>;

/** A GRUB directory on a FAT with these files. */
function directory(texts: Texts): MenuDirectoryFacts & Required<Pick<MenuDirectoryFacts, 'inPlace'>> {
  const read = (name: string): FileText => file(name, texts[name]);
  return {
    ...aHome('grub2'),
    on: 'boot',
    grubCfg: read('grub.cfg'),
    menu: read('be-hook.cfg'),
    inPlace: { menus: [read('be-hook-1.cfg'), read('be-hook-2.cfg')], custom: read('custom.cfg') },
  };
}

const shown = (steps: readonly Step[]): readonly string[] =>
  steps.map((step) => `${step.kind} ${'path' in step ? step.path : ''}`);

function plan(texts: Texts, text: string): readonly (readonly string[])[] {
  const facts = directory(texts);
  if (facts.inPlace === undefined) return [];
  const { clearing, menus, pointers } = planMenuInPlace(facts, facts.inPlace, text);
  return [clearing, menus, pointers].map(shown);
}

const test = suite('a menu on FAT');

test('has a pointer of one sector', () => {
  const text = printPointer('be-hook-2.cfg');

  assert.is(text.length, 512);
  assert.is(readPointer(text), 'be-hook-2.cfg');
  assert.is(readPointer(text.replace('#\n', '\n\n')), undefined);
});

test('is the file that be-hook.cfg names', () => {
  const texts = { 'be-hook.cfg': printPointer('be-hook-2.cfg'), 'be-hook-1.cfg': 'old', 'be-hook-2.cfg': 'new' };

  assert.is(shownMenu(directory(texts)), 'new');
  assert.is(shownMenu(directory({ 'be-hook.cfg': printPointer('be-hook-1.cfg') })), undefined);
});

const pointer = { 'be-hook.cfg': printPointer('be-hook-1.cfg'), 'be-hook-1.cfg': 'old' };
const flipped = ['write-file grub2/be-hook.cfg'];
for (const [what, texts, expected] of [
  ['nothing if it is shown', { ...pointer, 'be-hook-1.cfg': 'new' }, [[], [], []]],
  ['a new directory', {}, [[], ['write-file grub2/be-hook-1.cfg'], flipped]],
  ['the other name', pointer, [[], ['write-file grub2/be-hook-2.cfg'], flipped]],
  [
    'the other name after its removal',
    { ...pointer, 'be-hook-2.cfg': 'older' },
    [['remove-file grub2/be-hook-2.cfg'], ['write-file grub2/be-hook-2.cfg'], flipped],
  ],
  ['only the pointer if the other file has the text', { ...pointer, 'be-hook-2.cfg': 'new' }, [[], [], flipped]],
  [
    'a damaged pointer after its removal',
    { 'be-hook.cfg': 'torn', 'be-hook-1.cfg': 'old' },
    [['remove-file grub2/be-hook-1.cfg', 'remove-file grub2/be-hook.cfg'], ['write-file grub2/be-hook-1.cfg'], flipped],
  ],
] as const) {
  test(`writes ${what}`, () => {
    assert.equal(plan(texts, 'new'), expected);
  });
}

const sourcing =
  'blscfg\nif [ -f  ${config_directory}/custom.cfg ]; then\n  source ${config_directory}/custom.cfg\nfi\n';

for (const [what, texts, expected] of [
  ['writes a custom.cfg', { 'grub.cfg': sourcing }, [[], ['write-file grub2/custom.cfg'], undefined]],
  ['keeps its custom.cfg', { 'grub.cfg': sourcing, 'custom.cfg': customFile }, [[], [], undefined]],
  [
    'writes a damaged custom.cfg again',
    { 'grub.cfg': sourcing, 'custom.cfg': customFile.slice(0, 90) },
    [['remove-file grub2/custom.cfg'], ['write-file grub2/custom.cfg'], undefined],
  ],
  [
    'keeps the custom.cfg of the administrator',
    { 'grub.cfg': sourcing, 'custom.cfg': 'menuentry x { true }\n' },
    [[], [], 'hand-over-missing'],
  ],
  [
    'asks for grub2-mkconfig if grub.cfg reads no custom.cfg',
    { 'grub.cfg': 'blscfg\n' },
    [[], [], 'hand-over-missing'],
  ],
  [
    'removes its custom.cfg if grub.cfg has the lines',
    { 'grub.cfg': sourcing + ownGrubCfg(), 'custom.cfg': customFile },
    [[], ['remove-file grub2/custom.cfg'], undefined],
  ],
] as const) {
  test(what, () => {
    const facts = directory(texts);
    if (facts.inPlace === undefined) throw new Error('no facts');
    const { clearing, leads, problem } = planHandOverInPlace(facts, facts.inPlace);
    assert.equal([shown(clearing), shown(leads), problem?.code], expected);
  });
}

test('is not there after uninstall, although the lines stay in grub.cfg', () => {
  const hasMenu = (texts: Texts): boolean => {
    const root = aRoot(256, '@a');
    const menuDirectories = [directory({ 'grub.cfg': ownGrubCfg(), ...texts })];
    return readRoot({ ...root, ...withGrub(root, { menuDirectories }) }, aSystem().observation()).hasMenu;
  };

  assert.is(hasMenu({}), false);
  assert.is(hasMenu({ 'be-hook.cfg': 'torn' }), true);
  assert.is(hasMenu({ 'custom.cfg': customFile }), true);
});

test.run();
