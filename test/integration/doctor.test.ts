import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootInRootFaults } from '../support/faults/boot-in-root.ts';
import { plantAll, readDoctor } from '../support/faults/examine.ts';
import { withTwoSystems } from '../support/inner-system.ts';
import { beHook, beHookOk } from '../support/program.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

const test = suite('doctor');

test('finds nothing on a healthy machine, each planted fault, and nothing after it', async () => {
  await withTwoSystems(async (fs) => {
    const examine = async () => readDoctor(await beHook('doctor', '--json', '--filesystem', fs.top));

    assert.equal((await examine()).findings, []);
    assert.equal(await plantAll(fs.top, bootInRootFaults, examine), []);
  });
});

test('changes nothing', async () => {
  await withTwoSystems(async (fs) => {
    await fs.sync();
    const before = await snapshotTree(fs.top);
    await beHook('doctor', '--filesystem', fs.top);

    assert.equal(await snapshotTree(fs.top), before);
  });
});

test('examines one environment, lists its checks, and refuses an unknown name', async () => {
  await withTwoSystems(async (fs) => {
    const where = ['--filesystem', fs.top];
    const one = readDoctor(await beHook('doctor', 'be2', '--json', ...where));
    assert.equal(one.examined, ['be2']);
    assert.match(await beHookOk('doctor', '--list'), /^init +broken +there is a program that the kernel can start$/m);
    assert.is((await beHook('doctor', 'nowhere', ...where)).status, 3);
    assert.is((await beHook('doctor', 'be2', '--list')).status, 64);
  });
});

test.run();
