import type { DriftOutcome, TreeEntry } from '../model/drift.ts';

/** The entry at one path in each version; undefined if the version has none. */
export interface ThreeEntries {
  readonly base: TreeEntry | undefined;
  readonly source: TreeEntry | undefined;
  readonly copy: TreeEntry | undefined;
}

/** The outcome for a path of the copy. */
export interface Merged {
  readonly outcome: Exclude<DriftOutcome, 'own'>;
  /** The new entry; undefined if be-hook deletes it. If nothing is done, it is the copy's own. */
  readonly entry: TreeEntry | undefined;
  /** The version that supplies the content. */
  readonly content: 'source' | 'copy' | 'merged';
  /** The version that supplies the extended attributes. */
  readonly attributes: 'source' | 'copy';
  /** Whether be-hook should put the source's version beside the copy's. */
  readonly beside: boolean;
}

/**
 * Decides how one path of the copy changes when the source's changes are carried over. Content, mode, owner and
 * attributes are four independent aspects, and either side may have changed each of them. If both sides changed the
 * content, be-hook merges it if the machine could (`merged` is the digest then). All other aspects that both sides
 * changed stay the copy's.
 */
export function mergeEntry(three: ThreeEntries, merged: string | undefined): Merged {
  const { base, source, copy } = three;
  if (source === undefined) return withoutSource(base, copy);
  if (copy === undefined) return withoutCopy(base, source);
  const content = choose(three, contentOf);
  const isKind = source.kind === copy.kind || (source.kind !== 'directory' && copy.kind !== 'directory');
  const isMerged = content === 'conflict' && merged !== undefined;
  // A directory in place of a file, or a file in place of a directory, concerns more than one path. The administrator
  // has to decide that.
  if (!isKind || (content === 'conflict' && !isMerged)) {
    return { ...keepCopy(copy, 'conflict'), beside: source.kind !== 'directory' };
  }
  const [mode, owner] = [choose(three, ({ mode: first }) => String(first)), choose(three, ownerOf)];
  const attributes = choose(three, (entry) => entry.attributes);
  const from = (side: Side): TreeEntry => (side === 'source' ? source : copy);
  const { kind } = from(content);
  const entry: TreeEntry = {
    kind,
    content: isMerged ? merged : from(content).content,
    mode: from(mode).mode,
    uid: from(owner).uid,
    gid: from(owner).gid,
    attributes: from(attributes).attributes,
  };
  const isConflict = [mode, owner, attributes].includes('conflict');
  const changed = isSameEntry(entry, copy) ? 'same' : isMerged ? 'merge' : 'take';
  return {
    outcome: isConflict ? 'conflict' : changed,
    entry,
    content: isMerged ? 'merged' : content === 'source' ? 'source' : 'copy',
    attributes: attributes === 'source' ? 'source' : 'copy',
    beside: false,
  };
}

/** Whether two entries are equal in every compared aspect. */
export function isSameEntry(first: TreeEntry | undefined, second: TreeEntry | undefined): boolean {
  if (first === undefined || second === undefined) return first === second;
  return [contentOf, ownerOf, (entry: TreeEntry) => `${entry.mode} ${entry.attributes}`].every(
    (aspect) => aspect(first) === aspect(second),
  );
}

type Side = 'source' | 'copy' | 'conflict';

/** The side whose version of one aspect wins. */
function choose({ base, source, copy }: ThreeEntries, aspect: (entry: TreeEntry) => string): Side {
  const [old, ours, theirs] = [base, source, copy].map((entry) => (entry === undefined ? undefined : aspect(entry)));
  if (ours === old || ours === theirs) return 'copy';
  return theirs === old ? 'source' : 'conflict';
}

function withoutSource(base: TreeEntry | undefined, copy: TreeEntry | undefined): Merged {
  if (copy === undefined) return keepCopy(copy, 'same');
  return isSameEntry(base, copy) ? keepCopy(undefined, 'take') : keepCopy(copy, 'conflict');
}

function withoutCopy(base: TreeEntry | undefined, source: TreeEntry): Merged {
  if (base !== undefined) return { ...keepCopy(undefined, 'conflict'), beside: source.kind !== 'directory' };
  return { outcome: 'take', entry: source, content: 'source', attributes: 'source', beside: false };
}

function keepCopy(entry: TreeEntry | undefined, outcome: Merged['outcome']): Merged {
  return { outcome, entry, content: 'copy', attributes: 'copy', beside: false };
}

function contentOf({ kind, content }: TreeEntry): string {
  return `${kind} ${content}`;
}

function ownerOf({ uid, gid }: TreeEntry): string {
  return `${uid} ${gid}`;
}
