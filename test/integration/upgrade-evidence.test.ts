import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf, type Ran } from '../support/program.ts';

const test = suite('the evidence of a job');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const place = '/usr/lib/sysimage/be-hook';

/** What a job does to its evidence or to its copy, and the message about it. */
const attacks: Readonly<Record<string, readonly [string, RegExp]>> = {
  'a link in place of the directory': [`rm -rf ${place}; ln -s /boot ${place}`, /was replaced by a symbolic link/],
  'no directory': [`rm -rf ${place}`, /be-hook was removed/],
  'another directory': [`mv ${place} /old; mkdir ${place}`, /be-hook was replaced/],
  'no log': [`rm ${place}/log`, /log was removed/],
  'another log': [`rm ${place}/log; echo fine >${place}/log`, /log was replaced/],
  'a shortened log': [`echo said; sleep 1; : >${place}/log`, /the log of the job was shortened/],
  'another list': [
    `rm ${place}/packages-after; ln -s /etc/passwd ${place}/packages-after`,
    /packages-after was replaced/,
  ],
  'a read-only root': ['btrfs property set / ro true', /made its root read-only/],
  'no mark': ['setfattr -x trusted.be-hook.environment /', /changed the mark/],
};

/** Checks that the copy `x` is failed, that be-hook reports why, and that it can be destroyed. */
async function expectFailed({ fs }: PackageSystem, ran: Ran, why: RegExp, what: string): Promise<void> {
  assert.is(ran.status, 79, `${what}: ${ran.stderr}`);
  assert.match(ran.stderr, why);
  assert.not.match(ran.stderr, /unexpected|please report/);
  const found = (await listOf(fs.top)).find(({ name }) => name === 'x');
  assert.equal([found?.state, found?.active], ['failed', false], what);
  const { findings } = JSON.parse(await beHookOk('diagnose', 'x', '--json', '--filesystem', fs.top)) as {
    readonly findings: readonly { readonly mistake: boolean; readonly message: string }[];
  };
  assert.ok(
    findings.some(({ mistake, message }) => mistake && why.test(message)),
    JSON.stringify([what, findings]),
  );
  await beHookOk('destroy', '-F', 'x', '--filesystem', fs.top);
}

test('makes the job fail if the job removed or replaced it', async () => {
  await withPackageSystem([], async (system) => {
    for (const [what, [script, why]] of Object.entries(attacks)) {
      const ran = await beHook('run', '--filesystem', system.fs.top, '--name', 'x', '--', 'sh', '-c', script);
      await expectFailed(system, ran, why, what);
    }
  });
});

test('survives a job that kills its process group and so fails', async () => {
  await withPackageSystem([], async (system) => {
    const words = ['run', '--filesystem', system.fs.top, '--name', 'x', '--', 'sh', '-c', 'kill -9 0; sleep 5'];
    await expectFailed(system, await beHook(...words), /signal 9 ended the command/, 'kill -9 0');
  });
});

test.run();
