import { type JournalFields, printJournalEntry } from '../formats/journal-entry.ts';
import { BeHookError } from '../model/problem.ts';
import { stat } from './files.ts';
import { run } from './run.ts';

/** Where journald receives entries (systemd-journald.service(8)). */
const socket = '/run/systemd/journal/socket';

/** Seconds after which an entry is given up. */
const limit = 5;

/**
 * Writes one entry into the journal, where there is one. Node.js has no datagram sockets of this kind; logger(1) of
 * util-linux does. An entry that cannot be written is no reason for a command to fail: its change is made by then.
 */
export async function writeJournal(fields: JournalFields): Promise<void> {
  if (stat(socket) === undefined) return;
  try {
    await run('logger', ['--journald'], { seconds: limit, input: printJournalEntry(fields) });
  } catch (error) {
    if (!(error instanceof BeHookError)) throw error;
  }
}
