import { ignoredFields, parseMark, unknownFeatures } from '../../formats/mark.ts';
import { type BeName, parseBeName } from '../../model/be-name.ts';
import type { Mark } from '../../model/mark.ts';
import type { Observation, RootFacts } from '../../model/observation.ts';
import type { Problem } from '../../model/problem.ts';
import type { Loader } from '../loader.ts';

/** Whether a root is a boot environment, and the content of its mark. */
export interface Judgement {
  readonly accept: boolean;
  readonly marked: boolean;
  readonly name: BeName | undefined;
  readonly created: number | undefined;
  readonly mark: Mark | undefined;
  /** Why commands must not change the environment. */
  readonly markFault: Problem | undefined;
  /** A problem with the subvolume that listings show. */
  readonly problem: Problem | undefined;
}

/**
 * A root counts if it runs, if the default subvolume chooses it, or if it carries the mark that was given to it and only
 * root can change it. A mark that this version cannot read in full does not remove an environment from the menu.
 * Commands then refuse to change the environment.
 */
export function judgeRoot(
  root: RootFacts,
  observation: Observation,
  loader: Loader,
  { markedForDeletion, chosen }: { readonly markedForDeletion: boolean; readonly chosen: boolean },
): Judgement {
  const { subvolume } = root;
  const counts = subvolume.id === observation.filesystem.runningSubvolume || (chosen && !markedForDeletion);
  const rest = { created: undefined, mark: undefined, markFault: undefined, problem: undefined };
  const none: Judgement = { ...rest, accept: counts, marked: false, name: undefined };
  if (root.mark === undefined || markedForDeletion) return none;
  const mark = parseMark(root.mark);
  if (mark === undefined) return judgeOdd(root, root.mark, none, { observation, loader });
  // A snapshot carries its source's mark. Tools make read-only snapshots by the dozen, so their marks are no problem.
  if (mark.uuid !== subvolume.uuid) {
    const stale = { code: 'mark-stale', path: subvolume.path, name: mark.name } as const;
    return { ...none, problem: root.readOnly || counts ? undefined : stale };
  }
  if (root.unsafe !== undefined && !counts) return { ...none, problem: unsafe(root, root.unsafe) };
  const { name, created } = mark;
  const features = unknownFeatures(mark);
  const markFault: Problem | undefined =
    features.length === 0 ? undefined : { code: 'mark-newer', path: subvolume.path, name, features };
  const fields = ignoredFields(mark);
  const problem: Problem | undefined =
    fields.length === 0 ? undefined : { code: 'mark-fields', path: subvolume.path, fields };
  return { accept: true, marked: true, name, created, mark, markFault, problem };
}

/**
 * A mark that cannot be read belongs to a boot environment if it names its subvolume, or if the machine boots the
 * subvolume by default or offers it. None of this is true for a copy of another environment.
 */
function judgeOdd(
  root: RootFacts,
  text: string,
  none: Judgement,
  { observation, loader }: { readonly observation: Observation; readonly loader: Loader },
): Judgement {
  const { path, uuid } = root.subvolume;
  const markFault: Problem = { code: 'mark-malformed', path };
  const known = text.includes(uuid) || observation.active === uuid || isOffered(root, observation, loader);
  if (!known && !none.accept) return { ...none, problem: root.readOnly ? undefined : markFault };
  if (root.unsafe !== undefined && !none.accept) return { ...none, problem: unsafe(root, root.unsafe) };
  const found = parseBeName(/"name":"([^"\\]*)"/.exec(text)?.[1] ?? '');
  const name = typeof found === 'string' ? found : undefined;
  return { ...none, accept: true, marked: true, name, markFault };
}

/** Whether a menu on disk boots files of this root. */
function isOffered({ subvolume }: RootFacts, { roots }: Observation, loader: Loader): boolean {
  if (subvolume.path === '') return false;
  return roots.some((root) => loader.offers(root, subvolume.path));
}

function unsafe({ subvolume }: RootFacts, why: string): Problem {
  return { code: 'subvolume-unsafe', path: subvolume.path, why };
}
