import { suite } from 'uvu';
import { checkScene } from '../support/full-boot-check.ts';
import { fullBootMachine, fullBootScenes } from '../support/full-boot-scenes.ts';

const test = suite('a full /boot on ext4, further commands');

const withMachine = fullBootMachine('ext4');

for (const scene of fullBootScenes.slice(6)) {
  test(`keeps the menu whole at every free block: ${scene.title}`, async () => checkScene(withMachine, scene));
}

test.run();
