import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  findFailedScriptlets,
  findLeftConfiguration,
  hasSkipped,
  hasUnreachable,
} from '../../../lib/formats/package-log.ts';

const test = suite('what package managers print');

// Each printed by the real one, with rpm 6.1, for a package whose scriptlet ends with status 7.
const printed: readonly (readonly [string, string, string])[] = [
  [
    'dnf5 5.4',
    '%prein',
    '>>> Error in %pre scriptlet: app-0:2-1.noarch\n>>> [RPM] %prein(app-2-1.noarch) scriptlet failed, exit status 7\n',
  ],
  [
    'dnf5 5.4',
    '%post',
    '>>> Non-critical error in %post scriptlet: app-0:2-1.noarch\n>>> [RPM] %post(app-2-1.noarch) scriptlet failed, exit status 7\n',
  ],
  [
    'dnf 4.24',
    '%prein',
    'error: %prein(app-2-1.noarch) scriptlet failed, exit status 7\n\nError in PREIN scriptlet in rpm package app\n',
  ],
  [
    'dnf 4.24',
    '%posttrans',
    'warning: %posttrans(app-2-1.noarch) scriptlet failed, exit status 7\n\nError in POSTTRANS scriptlet in rpm package app\n',
  ],
  ['zypper 1.14', '%post', 'warning: %post(app-2-1.noarch) scriptlet failed, exit status 7\n'],
];

for (const [program, scriptlet, text] of printed) {
  test(`${program} passes on that ${scriptlet} failed`, () => {
    const found = { kind: 'scriptlet', scriptlet, package: 'app-2-1.noarch', status: 7 };
    assert.equal(findFailedScriptlets(text), [found]);
    assert.equal(findFailedScriptlets(text + text), [found], 'once');
  });
}

test('a scriptlet that was killed has the status that a shell gives it', () => {
  const [found] = findFailedScriptlets('warning: %post(app-2-1.noarch) scriptlet failed, signal 9\n');
  assert.is(found?.status, 137);
  assert.equal(findFailedScriptlets('  Running scriptlet: app-2-1.noarch 1/2\n'), []);
});

test('configuration files that were put aside are found', () => {
  const text = 'warning: /etc/app.conf created as /etc/app.conf.rpmnew\nwarning: /etc/b saved as /etc/b.rpmsave\n';
  assert.equal(findLeftConfiguration(text + text), ['/etc/app.conf.rpmnew', '/etc/b.rpmsave']);
});

test('what was gone on without is found', () => {
  assert.ok(hasSkipped('Skipping packages with broken dependencies:\n app noarch 2-1 local\nNothing to do.\n'));
  assert.ok(hasUnreachable('>>> Curl error (37)\n>>> Usable URL not found\nRepositories loaded.\n'));
  assert.not(hasSkipped('Nothing to do.\n'));
  assert.not(hasUnreachable('Repositories loaded.\n'));
});

test.run();
