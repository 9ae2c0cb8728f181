import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHookOk } from './program.ts';
import { makeRoot } from './root-tree.ts';

/** Two adopted environments, be1 and be2, with two kernels each. be1 is active. */
export const withTwoEnvironments = preparedBtrfs(async (fs) => {
  await makeRoot(fs, '@be1', { kernels: ['6.1.0-1', '6.10.0-2'] });
  await makeRoot(fs, '@be2', { kernels: ['6.1.0-1', '6.9.0-1'] });
  for (const subvolume of ['@be1', '@be2']) await beHookOk('adopt', subvolume, '--filesystem', fs.top);
});
