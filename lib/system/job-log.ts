import { syncFilesystem } from './btrfs.ts';
import { cryptography } from './crypto.ts';
import { atEvidence, readEvidence, writeEvidence } from './evidence.ts';
import { findBrokenSeal, sealEvidence } from './evidence-seal.ts';
import { openFile } from './open-file.ts';
import type { Session } from './session.ts';

/** Everything that is printed in a job, kept in the copy that it is about. */
export interface JobLog {
  readonly write: (chunk: Buffer) => void;
  /** Makes sure that what was printed last can be read, and that there is room to write down what came of it. */
  readonly settle: () => Promise<void>;
  /** Everything in it, whatever became of the way that led to it. */
  readonly read: () => string;
  /** Why the evidence is not what the job's own output and lists made it; undefined where it is. */
  readonly findTampering: (session: Session) => string | undefined;
  readonly close: () => void;
}

/** What is kept for the time when nothing else is left: bytes. */
const reserveSize = 4 * 1024 * 1024;

/** How much of what found no room is remembered: the end of it tells what went wrong. */
const rememberedSize = 256 * 1024;

/**
 * Opens the log, empty or to go on with it, for a job that outlives the session. A job may fill the disk, and the log is to
 * say so: room for it is taken before, and given back when it is needed.
 */
export function openJobLog(session: Session, root: string, { goOn = false } = {}): JobLog {
  writeEvidence(session, root, 'log', goOn ? (readEvidence(session, root, 'log') ?? '') : '');
  // Where btrfs compresses, nothing but noise takes room.
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
