import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printJournalEntry } from '../../../lib/formats/journal-entry.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { changedMessageId, describeChange, partlyChangedMessageId } from '../../../lib/plan/journal.ts';
import { beName, uuidOf } from '../../support/builders.ts';

const test = suite('the journal entry of a change');

const mark = { version: 1, name: beName('next'), uuid: uuidOf(256), created: 1 } as const;
const plan: Plan = { steps: [{ kind: 'set-mark', path: 'x', mark, reason: 'x' }], warnings: [], unresolved: [] };
const request = { user: 'alice', command: ['create', '-d', 'a\nb', 'next'], name: 'next' };

test('names the command, its arguments, the environment and the user', () => {
  assert.equal(describeChange(plan, request, uuidOf(1)), {
    MESSAGE: ['be-hook create -d a\nb next (by alice)'],
    MESSAGE_ID: [changedMessageId],
    PRIORITY: ['5'],
    SYSLOG_IDENTIFIER: ['be-hook'],
    BE_HOOK_COMMAND: ['create'],
    BE_HOOK_ARGUMENTS: ['["-d","a\\nb","next"]'],
    BE_HOOK_NAME: ['next'],
    BE_HOOK_USER: ['alice'],
    BE_HOOK_FILESYSTEM: [uuidOf(1)],
  });
});

test('is an error if a part of the plan failed, and absent if nothing was done', () => {
  const unresolved: Plan['unresolved'] = [{ code: 'no-kernels', name: 'next' }];
  const entry = describeChange({ ...plan, unresolved }, { ...request, name: undefined }, uuidOf(1));
  assert.equal([entry?.['PRIORITY'], entry?.['MESSAGE_ID']], [['3'], [partlyChangedMessageId]]);
  assert.equal(entry?.['BE_HOOK_NAME'], ['next'], 'by the mark that was written');
  assert.is(describeChange({ ...plan, steps: [] }, request, uuidOf(1)), undefined);
});

test('has message ids of 128 random bits (sd-id128(3))', () => {
  for (const id of [changedMessageId, partlyChangedMessageId])
    assert.match(id, /^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});

test('has no value that starts another field', () => {
  const lines = printJournalEntry({ MESSAGE: ['a\nPRIORITY=0\r\u0000b'], BE_HOOK_NAME: ['x', 'y'] });
  assert.is(lines, 'MESSAGE=a?PRIORITY=0??b\nBE_HOOK_NAME=x\nBE_HOOK_NAME=y\n');
});

test.run();
