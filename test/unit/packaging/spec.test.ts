import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectFile } from '../../support/rpm/project-file.ts';

const spec = projectFile('packaging/be-hook.spec');
const { version, license, engines } = JSON.parse(projectFile('package.json')) as {
  version: string;
  license: string;
  engines: { node: string };
};

const test = suite('be-hook.spec');

test('has the version of package.json, with a changelog entry', () => {
  assert.is(/^Version: +(.*)$/m.exec(spec)?.[1], version);
  assert.match(spec, new RegExp(`^\\* .* - ${version.replaceAll('.', '\\.')}-1$`, 'm'));
});

test('requires the same Node.js version as package.json', () => {
  const [, required] = /^Requires: +nodejs\(engine\) (.*)$/m.exec(spec) ?? [];

  assert.is(required?.replace(' ', ''), engines.node);
});

test('names the license of be-hook first', () => {
  assert.is(/^License: +(\S+)/m.exec(spec)?.[1], license);
});

test.run();
