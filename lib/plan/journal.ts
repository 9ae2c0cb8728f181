import type { JournalFields } from '../formats/journal-entry.ts';
import type { Plan } from '../model/step.ts';
import type { Recorded } from './record.ts';

/** The message id of a completed change (systemd.journal-fields(7), `MESSAGE_ID`). */
export const changedMessageId = '2f79e44b83de4c429334cac702819c5f';

/** The message id of a change of which a part failed. */
export const partlyChangedMessageId = 'fb792fedafe3495d82f1cb631068653e';

/** The user who requested a change, the command, and the environment. */
export type Requested = Pick<Recorded, 'user' | 'command' | 'name'>;

/** The journal entry of an executed plan; undefined if the plan changed nothing. */
export function describeChange(
  { steps, unresolved }: Plan,
  { user, command, name }: Requested,
  filesystem: string,
): JournalFields | undefined {
  if (steps.length === 0) return undefined;
  const [verb = '', ...args] = command;
  const marked = steps.flatMap((step) => (step.kind === 'set-mark' ? [step.mark.name] : []));
  const isWhole = unresolved.length === 0;
  return {
    MESSAGE: [`${['be-hook', ...command].join(' ')} (by ${user})${isWhole ? '' : ': a part of it failed'}`],
    MESSAGE_ID: [isWhole ? changedMessageId : partlyChangedMessageId],
    // The severities of syslog(3): notice and error.
    PRIORITY: [isWhole ? '5' : '3'],
    SYSLOG_IDENTIFIER: ['be-hook'],
    BE_HOOK_COMMAND: [verb],
    // JSON, because an argument may hold any character.
    BE_HOOK_ARGUMENTS: [JSON.stringify(args)],
    BE_HOOK_NAME: [...new Set([...(name === undefined ? [] : [name]), ...marked])],
    BE_HOOK_USER: [user],
    BE_HOOK_FILESYSTEM: [filesystem],
  };
}
