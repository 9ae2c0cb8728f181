import { suite } from 'uvu';
import { checkScene } from '../support/full-boot-check.ts';
import { fullBootMachine, fullBootScenes } from '../support/full-boot-scenes.ts';

const test = suite('a full /boot on xfs');

const withMachine = fullBootMachine('xfs');

/**
 * Commands that copy kernels, that write menus only, and that delete copies, with the distance of the numbers of free blocks.
 * `destroy` begins to succeed only where xfs has about 40 free blocks.
 */
const strides: Readonly<Record<string, number>> = {
  'create with missing copies': 1,
  activate: 1,
  destroy: 8,
  'destroy with large copies': 1,
};

for (const scene of fullBootScenes) {
  const stride = strides[scene.title];
  if (stride === undefined) continue;
  const which = stride === 1 ? 'every free block' : `every ${stride}th number of free blocks`;
  test(`keeps the menu whole at ${which}: ${scene.title}`, async () => checkScene(withMachine, scene, stride));
}

test.run();
