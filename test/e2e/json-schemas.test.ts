import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../lib/cli/commands/index.ts';
import { printedBy } from '../../lib/cli/output/schema/index.ts';
import { makeTwoSystems } from '../support/inner-system.ts';
import { findMismatches, publishedSchemas, schemaOf } from '../support/json-schemas.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, programPath, runCleanly } from '../support/program.ts';

const test = suite('the JSON Schemas');

/** Commands on one disk, in this order, each with the schema of its output. */
const calls: readonly (readonly [schema: string, line: string])[] = [
  ['status', 'status'],
  ['doctor', 'doctor'],
  ['checks', 'doctor --list'],
  ['list', 'list --all --space'],
  ['menu', 'menu'],
  ['volumes', 'volume list'],
  ['plan', 'volume set /home cloned --at boot'],
  ['plan', 'snapshot be1@first -d some-text'],
  ['plan', 'create late -e be1@first -d some-text'],
  ['plan', 'create be1@second'],
  ['list', 'list --all'],
  ['cmdline', 'cmdline be1'],
  ['plan', 'cmdline be1 --append quiet'],
  ['plan', 'describe be2 text'],
  ['plan', 'hold be2'],
  ['error', 'destroy --force be2'],
  ['plan', 'release be2'],
  ['plan', 'mount --dry-run be2'],
  ['plan', 'mount be2'],
  ['plan', 'umount be2'],
  ['exec-plan', 'exec --dry-run be2 true'],
  ['plan', 'rename late later'],
  ['diff', 'diff --files be1 be2'],
  ['diff', 'diff be1@first later'],
  ['upgrade-plan', 'upgrade --dry-run --from be1'],
  ['upgrade-plan', 'run --dry-run --from be1 touch /made'],
  ['upgrade', 'run --from be1 --name made touch /made'],
  ['error', 'run --from be1 --name broken false'],
  ['diagnose', 'diagnose made'],
  ['diagnose', 'diagnose broken'],
  ['drift', 'drift made'],
  ['drift', 'drift be1'],
  ['error', 'upgrade --from be1'],
  ['activate', 'activate be1'],
  ['activate', 'activate made'],
  ['plan', 'rollback be1@first'],
  ['plan', 'prune'],
  ['plan', 'gc'],
  ['plan', 'destroy --force later'],
  ['plan', 'forget be2'],
  ['plan', 'adopt be-hook/be2/root --name be2'],
  ['plan', 'sync'],
  ['history', 'history'],
  ['plan', 'uninstall'],
  ['setup', 'setup --yes'],
];

/** The commands whose output was compared with a schema, and these schemas. */
const held = { commands: new Set<string>(), schemas: new Set<string>() };

function hold(line: string, expected: string, stdout: string): void {
  const [command = ''] = line.split(' ');
  const name = schemaOf(command, JSON.parse(stdout));
  assert.is(name, expected, `be-hook ${line}: ${stdout}`);
  held.commands.add(command);
  held.schemas.add(name);
}

test('describe the output of commands, refusals and dry runs', async () => {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeTwoSystems(fs);
    const where = ['--json', '--filesystem', fs.top];
    for (const [schema, line] of calls) {
      const { stdout, stderr } = await beHook(...where, ...line.split(' '));
      assert.ok(stdout !== '', `be-hook ${line}: ${stderr}`);
      hold(line, schema, stdout);
    }
    const script = 'top=$1; shift; "$@" export be1 --filesystem "$top" | "$@" import again --json --filesystem "$top"';
    const ended = await runCleanly('sh', ['-c', script, 'sh', fs.top, process.execPath, programPath]);
    hold('import', 'plan', ended.stdout);
    const { stderr } = await beHook('create', 'last', '--progress', 'json', '--filesystem', fs.top);
    assert.equal(findMismatches('progress', JSON.parse(stderr.split('\n')[0] ?? '')), []);
    held.schemas.add('progress');
  });
});

test('are all compared with real output', () => {
  assert.equal([...held.schemas].toSorted(), publishedSchemas().toSorted());
});

test('describe every command that has --json', () => {
  const named = Object.values(commands).filter(({ options }) => options.some(({ name }) => name === 'json'));
  const names = named.map(({ name }) => name).toSorted();
  const described = Object.entries(printedBy).flatMap(([name, schemas]) => (schemas.length === 0 ? [] : [name]));

  assert.equal(described.toSorted(), names);
  assert.equal([...held.commands].toSorted(), names);
});

test('reject a field that they do not define', () => {
  const problem = { code: 'usage', message: 'a', hint: 'b', exitStatus: 64 };

  assert.equal(findMismatches('error', { version: 1, error: problem }), []);
  assert.is(findMismatches('error', { version: 1, error: { ...problem, more: 1 } }).length, 1);
});

test.run();
