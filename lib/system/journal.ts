import { type JournalFields, printJournalEntry } from '../formats/journal-entry.ts';
import { BeHookError } from '../model/problem.ts';
import { stat } from './files.ts';
import { run } from './run.ts';

/** The socket on which journald receives entries (systemd-journald.service(8)). */
const socket = '/run/systemd/journal/socket';

/** Seconds after which be-hook stops waiting for logger(1). */
const limit = 5;

/**
 * Writes one entry to the journal, where journald runs. Node.js has no Unix datagram sockets, so logger(1) of util-linux
 * writes the entry. A command must not fail because of the journal: its change is made by then.
 */
export async function writeJournal(fields: JournalFields): Promise<void> {
  if (stat(socket) === undefined) return;
  try {
    await run('logger', ['--journald'], { seconds: limit, input: printJournalEntry(fields) });
  } catch (error) {
    if (!(error instanceof BeHookError)) throw error;
  }
}
