import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withHookMachine } from '../support/hook-machine.ts';
import { buildBeHook } from '../support/rpm/build.ts';
import { must, run } from '../support/rpm/run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const test = suite('the be-hook-compat package');

let work = '';
let compat = '';
/** The files of the package, unpacked. */
let tree = '';

test.before(async () => {
  work = await mkdtemp(join(tmpdir(), 'be-hook-compat-'));
  ({ compat } = await buildBeHook(join(work, 'out')));
  tree = join(work, 'tree');
  const script = 'mkdir "$2" && cd "$2" && rpm2cpio "$1" | cpio --quiet -id';
  await must('sh', ['-c', script, 'unpack', compat, tree]);
});

test.after(() => rm(work, { recursive: true, force: true }));

test('contains both commands as links to be-hook, their pages and completions', async () => {
  const lines = (await must('rpm', ['-qp', '--queryformat', '[%{FILEMODES:perms} %{FILENAMES}\n]', compat])).split(
    '\n',
  );

  assert.equal(
    lines.filter((line) => line !== '').map((line) => line.replace(/(\/man8\/\w+\.8)\.\w+$/, '$1')),
    [
      'lrwxrwxrwx /usr/sbin/beadm',
      'lrwxrwxrwx /usr/sbin/bectl',
      '-rw-r--r-- /usr/share/bash-completion/completions/beadm',
      '-rw-r--r-- /usr/share/bash-completion/completions/bectl',
      '-rw-r--r-- /usr/share/fish/vendor_completions.d/beadm.fish',
      '-rw-r--r-- /usr/share/fish/vendor_completions.d/bectl.fish',
      '-rw-r--r-- /usr/share/man/man8/beadm.8',
      '-rw-r--r-- /usr/share/man/man8/bectl.8',
      '-rw-r--r-- /usr/share/zsh/site-functions/_beadm',
      '-rw-r--r-- /usr/share/zsh/site-functions/_bectl',
    ],
  );
  for (const name of ['beadm', 'bectl']) assert.is(await readlink(join(tree, 'usr/sbin', name)), '../bin/be-hook');
  const requires = await must('rpm', ['-qp', '--requires', compat]);
  assert.match(requires, /^be-hook = [0-9.]+-\S+$/m);
});

test('has pages without mandoc warnings, except those that scdoc always causes', async () => {
  const habit =
    /skipping paragraph macro: PP |input text line longer than 80 bytes|lower case character in document title/;
  for (const name of ['beadm', 'bectl']) {
    const { stdout } = await run('mandoc', ['-T', 'lint', join(tree, `usr/share/man/man8/${name}.8`)]);
    assert.equal(
      stdout.split('\n').filter((line) => line !== '' && !habit.test(line)),
      [],
      name,
    );
  }
});

test('passes rpmlint, except what packaging/rpmlintrc-compat justifies', async () => {
  const { status, stdout } = await run('rpmlint', ['-r', join(ROOT, 'packaging/rpmlintrc-compat'), compat]);

  assert.is(status, 0, stdout);
  assert.match(stdout, /1 packages and 0 specfiles checked; 0 errors, 0 warnings/);
});

test('its links run the installed command in the dialect of their name', async () => {
  await withHookMachine(async (machine) => {
    const linked = 'ln -s ../bin/be-hook /usr/sbin/beadm && ln -s ../bin/be-hook /usr/sbin/bectl';
    const { status, stdout, stderr } = await machine.sh(
      `${linked} && beadm list -H && /usr/sbin/bectl list -H && be-hook list -H`,
    );
    assert.is(status, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.is(lines.length, 6);
    assert.ok(lines.slice(0, 2).every((line) => line.split(';').length === 7 && !line.includes('\t')));
    assert.ok(lines.slice(2, 4).every((line) => line.split('\t').length === 5));
    assert.ok(lines.slice(4).every((line) => line.split(';').length === 7));
    const wrong = await machine.sh(`${linked} && bectl --json list`);
    assert.is(wrong.status, 64);
    const wrapper = await readFile(join(ROOT, 'packaging/be-hook.sh'), 'utf8');
    assert.not.match(wrapper, /\$BE_HOOK|\$\{BE_HOOK/, 'nothing in the environment says which dialect it is');
  });
});

test.run();
