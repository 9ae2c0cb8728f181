import { suite } from 'uvu';
import { checkScene } from '../support/full-boot-check.ts';
import { fullBootMachine, fullBootScenes } from '../support/full-boot-scenes.ts';

const test = suite('a full /boot on xfs');

const withMachine = fullBootMachine('xfs');

/** The commands with other kinds of writes. The others differ from these in their plans, which the type does not change. */
const titles = ['create with missing copies', 'activate', 'destroy', 'uninstall'];

for (const scene of fullBootScenes.filter(({ title }) => titles.includes(title))) {
  test(`keeps the menu whole at every free block: ${scene.title}`, async () => checkScene(withMachine, scene));
}

test.run();
