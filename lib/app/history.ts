import { type HistoryEntry, parseHistory } from '../formats/history.ts';
import { historyPath } from '../model/store.ts';
import type { Where } from '../model/where.ts';
import { pathOf, readText, stat } from '../system/files.ts';
import { inSession } from './in-session.ts';

/** The recorded changes to the boot environments of a file system, the oldest first. */
export async function readHistory(where: Where | undefined): Promise<readonly HistoryEntry[]> {
  return inSession({ where, lockSeconds: 0 }, 'read', (session) => {
    const path = pathOf(session.top, historyPath);
    return stat(path)?.kind === 'file' ? parseHistory(readText(path)) : [];
  });
}
