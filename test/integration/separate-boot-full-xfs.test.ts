import { suite } from 'uvu';
import { checkScene } from '../support/full-boot-check.ts';
import { fullBootMachine, fullBootScenes } from '../support/full-boot-scenes.ts';

const test = suite('a full /boot on xfs');

const withMachine = fullBootMachine('xfs');

/** A command that copies kernels, and one that writes menus only. */
const titles = ['create with missing copies', 'activate'];

for (const scene of fullBootScenes.filter(({ title }) => titles.includes(title))) {
  test(`keeps the menu whole at every free block: ${scene.title}`, async () => checkScene(withMachine, scene));
}

test.run();
