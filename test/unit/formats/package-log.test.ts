import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  findFailedPlugins,
  findFailedScriptlets,
  findLeftConfiguration,
  hasSkipped,
  hasUnreachable,
} from '../../../lib/formats/package-log.ts';

const test = suite('output of package managers');

// Printed by the real programs with rpm 6.1, for a package whose scriptlet exits with status 7.
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
  test(`${program} reports a failed ${scriptlet}`, () => {
    const found = { kind: 'scriptlet', scriptlet, package: 'app-2-1.noarch', status: 7 };
    assert.equal(findFailedScriptlets(text), [found]);
    assert.equal(findFailedScriptlets(text + text), [found], 'once');
  });
}

test('a killed scriptlet has the exit status that a shell would return', () => {
  const [found] = findFailedScriptlets('warning: %post(app-2-1.noarch) scriptlet failed, signal 9\n');
  assert.is(found?.status, 137);
  assert.equal(findFailedScriptlets('  Running scriptlet: app-2-1.noarch 1/2\n'), []);
});

test('lists the configuration files that rpm saved under another name', () => {
  const text = 'warning: /etc/app.conf created as /etc/app.conf.rpmnew\nwarning: /etc/b saved as /etc/b.rpmsave\n';
  assert.equal(findLeftConfiguration(text + text), ['/etc/app.conf.rpmnew', '/etc/b.rpmsave']);
});

test('reports skipped packages and unreachable repositories', () => {
  assert.ok(hasSkipped('Skipping packages with broken dependencies:\n app noarch 2-1 local\nNothing to do.\n'));
  assert.ok(hasUnreachable('>>> Curl error (37)\n>>> Usable URL not found\nRepositories loaded.\n'));
  assert.not(hasSkipped('Nothing to do.\n'));
  assert.not(hasUnreachable('Repositories loaded.\n'));
});

test('names a failed plugin of kernel-install once', () => {
  // Printed by kernel-install of systemd 262, inside the scriptlet output that dnf5 prints.
  const log = [
    '>>> Scriptlet output:',
    '>>> /be-hook/next/root/boot/initramfs-6.2.0-1.noarch.img not found',
    '>>> /etc/kernel/install.d/95-set-boot-entry.install failed with exit status 1.',
    '>>> /etc/kernel/install.d/95-set-boot-entry.install failed with exit status 1.',
    '>>> /usr/lib/kernel/install.d/50-dracut.install terminated by signal KILL.',
  ];
  assert.equal(findFailedPlugins(log.join('\n')), ['95-set-boot-entry.install', '50-dracut.install']);
  assert.equal(findFailedPlugins('Installed: /x/90-y.install\n'), []);
});

test.run();
