import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { pathOf } from '../system/files.ts';
import { mergeText } from '../system/merge-text.ts';
import type { Session } from '../system/session.ts';
import { makeDirectoryLike, stageEntry } from '../system/staged-entry.ts';
import { refuseLink } from './refuse-link.ts';

/** Puts one entry of a tree in place. Throws `source-changed` where its content is not that any more. */
export async function carryFile({ top }: Session, step: StepArgs['carry-file']): Promise<void> {
  const { path, from, base, entry, attributesFrom } = step;
  refuseLink({ top }, path);
  const [to, source, like] = [path, from, attributesFrom].map((one) => pathOf(top, one)) as [string, string, string];
  if (entry.kind === 'directory') return await makeDirectoryLike(to, entry, like);
  const text = base === undefined ? undefined : await mergeText(pathOf(top, base), source, to);
  if (base !== undefined && text === undefined) throw new BeHookError({ code: 'source-changed', path: from });
  const staged = await stageEntry(to, entry, { from: source, text, like });
  if (staged?.content !== entry.content) {
    staged?.discard();
    throw new BeHookError({ code: 'source-changed', path: from });
  }
  staged.commit();
}
