import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changedMessageId } from '../../lib/plan/journal.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('the journal');

/** Receives datagrams as journald does, and prints each as one line of JSON. */
const receiver = `
import json, os, socket
os.makedirs('/run/systemd/journal')
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('/run/systemd/journal/socket')
while True: print(json.dumps(s.recv(65536).decode()), flush=True)
`;

/** Runs a script while a program receives the entries. Returns the fields of each entry, in the order of arrival. */
async function entriesOf(machine: HookMachine, script: string): Promise<readonly (readonly string[])[]> {
  const files = { '/run/receiver.py': receiver, '/run/script.sh': script };
  const around = `
python3 /run/receiver.py >/run/entries & receiver=$!
until [ -S /run/systemd/journal/socket ]; do sleep 0.1; done
sh -eu /run/script.sh >&2 || exit
kill $receiver
cat /run/entries`;
  const { status, stdout, stderr } = await machine.sh(around, { files });
  assert.is(status, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as string).trimEnd().split('\n'));
}

test('gets one entry for each command that changes something', async () => {
  await withHookMachine(async (machine) => {
    const entries = await entriesOf(
      machine,
      `export SUDO_USER=alice
      be-hook list; be-hook hold be2; be-hook hold be2; be-hook release --dry-run be2; be-hook create -d "a b" next
      rm /boot/grub/be-hook.cfg; be-hook sync`,
    );
    const expected = (priority: string): readonly string[] => [
      `MESSAGE_ID=${changedMessageId}`,
      `PRIORITY=${priority}`,
      'SYSLOG_IDENTIFIER=be-hook',
    ];
    const common = ['BE_HOOK_USER=alice', `BE_HOOK_FILESYSTEM=${machine.fs.uuid}`];
    const of = (message: string, ...own: readonly string[]): readonly string[] => [
      `MESSAGE=${message} (by alice)`,
      ...expected('5'),
      ...own,
      ...common,
    ];
    assert.equal(entries, [
      of('be-hook hold be2', 'BE_HOOK_COMMAND=hold', 'BE_HOOK_ARGUMENTS=["be2"]', 'BE_HOOK_NAME=be2'),
      of(
        'be-hook create -d a b next',
        'BE_HOOK_COMMAND=create',
        'BE_HOOK_ARGUMENTS=["-d","a b","next"]',
        'BE_HOOK_NAME=next',
      ),
      of('be-hook sync', 'BE_HOOK_COMMAND=sync', 'BE_HOOK_ARGUMENTS=[]'),
    ]);
  });
});

test('treats a line break in a value as a part of the value', async () => {
  await withHookMachine(async (machine) => {
    const [entry = []] = await entriesOf(machine, `SUDO_USER="$(printf 'x\nPRIORITY=0')" be-hook hold be2`);
    assert.equal(
      entry.filter((field) => /^(PRIORITY|BE_HOOK_USER)=/.test(field)),
      ['PRIORITY=5', 'BE_HOOK_USER=x?PRIORITY=0'],
    );
  });
});

test('makes no command fail if it receives nothing, or if logger is missing', async () => {
  await withHookMachine(async (machine) => {
    const nothingReceives = `mkdir -p /run/systemd/journal
      python3 -c 'import socket; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind("/run/systemd/journal/socket")'
      be-hook hold be2`;
    for (const [script, without] of [
      [nothingReceives, []],
      [nothingReceives.replace('hold', 'release'), ['/usr/bin/logger']],
    ] as const) {
      const ended = await machine.sh(script, { without });
      assert.equal(ended, { status: 0, stdout: '', stderr: '' });
    }
  });
});

test.run();
