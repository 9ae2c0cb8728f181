import { syncFilesystem } from './btrfs.ts';
import { cryptography } from './crypto.ts';
import { atEvidence, readEvidence, writeEvidence } from './evidence.ts';
import { findBrokenSeal, sealEvidence } from './evidence-seal.ts';
import { openFile } from './open-file.ts';
import type { Session } from './session.ts';

/** The output of a job, kept in the copy on which the job works. */
export interface JobLog {
  readonly write: (chunk: Buffer) => void;
  /** Writes the last output, for which there may have been no room, and makes room for the report of the job. */
  readonly settle: () => Promise<void>;
  /** Returns the text of the log, even if the job renamed or replaced the file. */
  readonly read: () => string;
  /** The reason why the evidence does not come from the job's own output and lists; undefined where it does. */
  readonly findTampering: (session: Session) => string | undefined;
  readonly close: () => void;
}

/** Bytes that be-hook reserves for the time when the disk is full. */
const reserveSize = 4 * 1024 * 1024;

/** Bytes of output that be-hook keeps in memory when the disk is full. It keeps the end, which shows the error. */
const rememberedSize = 256 * 1024;

/**
 * Opens the log for a job that outlives the session; with `goOn` the log keeps its text, otherwise it is empty. A job may
 * fill the disk, and the log has to record that. So be-hook reserves space before the job, and frees it when it needs it.
 */
export function openJobLog(session: Session, root: string, { goOn = false } = {}): JobLog {
  writeEvidence(session, root, 'log', goOn ? (readEvidence(session, root, 'log') ?? '') : '');
  // Where btrfs compresses files, only random data takes space.
  writeEvidence(session, root, 'reserve', cryptography().randomBytes(reserveSize).toString('base64'));
  const log = atEvidence(session, root, 'log', openFile);
  const reserve = atEvidence(session, root, 'reserve', openFile);
  const seal = sealEvidence(session, root);
  let lost = Buffer.alloc(0);
  let written = log.size();
  return {
    write: (chunk) => {
      if (lost.length === 0 && log.append(chunk)) {
        written += chunk.length;
        return;
      }
      lost = Buffer.concat([lost, chunk]).subarray(-rememberedSize);
    },
    settle: async () => {
      reserve.empty();
      await syncFilesystem(reserve.path);
      if (lost.length > 0) log.append(lost);
      lost = Buffer.alloc(0);
    },
    read: log.read,
    findTampering: (later) =>
      findBrokenSeal(later, root, seal) ??
      (log.size() < written ? 'the log of the job was shortened while it ran' : undefined),
    close: () => {
      log.close();
      reserve.close();
    },
  };
}
