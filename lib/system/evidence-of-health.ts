import { readSync } from 'node:fs';
import { type Evidence, type EvidenceRequest, type FileHead, headSize } from '../model/health-evidence.ts';
import { type Place, printPlace } from '../model/place.ts';
import { BeHookError } from '../model/problem.ts';
import { atPath } from './beneath.ts';
import { errorCode } from './error-code.ts';
import { realPath, stat, withRegularFile } from './files.ts';
import { readFirmwareStart, readVariable } from './firmware-entries.ts';
import { findHooks } from './hooks.ts';
import { type Root, readInside, resolveInside } from './inside.ts';
import { query } from './query.ts';
import { openedAt, type Session } from './session.ts';

/** Reads what the checks of `doctor` need. It changes nothing, and leaves out what it cannot read. */
export async function readEvidence(session: Session, request: EvidenceRequest, runs: boolean): Promise<Evidence> {
  const heads: Record<string, FileHead> = {};
  for (const place of request.heads) {
    const head = readHead(session, place);
    if (head !== undefined) heads[printPlace(place)] = head;
  }
  const roots = request.roots.map(({ id, path }) => [id, readRoot({ top: session.top, path })] as const);
  return {
    heads,
    roots: Object.fromEntries(roots),
    machine: {
      secureBoot: runs && isSecureBoot(),
      hooks: runs ? findHooks() : undefined,
      missingSources: await findMissing(request.sources),
      firmware: runs ? await readFirmwareStart(session.mounts) : undefined,
    },
  };
}

function readRoot(root: Root): Evidence['roots'][number] {
  const machineId = readInside(root, 'etc/machine-id');
  return {
    machineId: machineId.kind === 'text' ? machineId.text : undefined,
    relabels: resolveInside(root, '.autorelabel').kind === 'found',
  };
}

/** The errors of a path that does not lead to a regular file. */
const gone = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL'];

function readHead(session: Pick<Session, 'opened'>, { on, path }: Place): FileHead | undefined {
  try {
    return atPath(openedAt(session, on).top, path, (file) =>
      withRegularFile(file, (fd) => {
        const buffer = Buffer.alloc(headSize);
        const length = readSync(fd, buffer, 0, headSize, 0);
        return { bytes: buffer.subarray(0, length), size: stat(file)?.size ?? length };
      }),
    );
  } catch (error) {
    if (error instanceof BeHookError || gone.includes(errorCode(error))) return undefined;
    throw error;
  }
}

/** Four bytes of attributes, then 1 if Secure Boot is on. */
function isSecureBoot(): boolean {
  return readVariable('SecureBoot')?.[4] === 1;
}

/** The sources that name a device which does not exist. */
async function findMissing(sources: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const source of sources) if (await isMissing(source)) missing.push(source);
  return missing;
}

async function isMissing(source: string): Promise<boolean> {
  const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?(.*?)"?$/.exec(source) ?? [];
  if (tag === undefined || value === undefined) return source.startsWith('/dev/') && realPath(source) === undefined;
  if (realPath(`/dev/disk/by-${tag.toLowerCase()}/${value}`) !== undefined) return false;
  // Without its cache, which may be older than the file systems.
  const { stdout } = await query('blkid', ['-c', '/dev/null', '-o', 'device', '-t', `${tag}=${value}`], {
    expect: 'any',
  });
  return stdout.trim() === '';
}
