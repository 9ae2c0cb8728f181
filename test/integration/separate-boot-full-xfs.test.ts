import { suite } from 'uvu';
import { checkScene } from '../support/full-boot-check.ts';
import { fullBootMachine, fullBootScenes } from '../support/full-boot-scenes.ts';

const test = suite('a full /boot on xfs');

const withMachine = fullBootMachine('xfs');

/** Commands that copy kernels, that write menus only, and that delete copies. */
const titles = ['create with missing copies', 'activate', 'destroy with large copies'];

for (const scene of fullBootScenes.filter(({ title }) => titles.includes(title))) {
  test(`keeps the menu whole at every free block: ${scene.title}`, async () => checkScene(withMachine, scene));
}

test.run();
