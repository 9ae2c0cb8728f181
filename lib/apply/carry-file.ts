import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { atPath } from '../system/beneath.ts';
import { mergeText } from '../system/merge-text.ts';
import type { Session } from '../system/session.ts';
import { makeDirectoryLike, stageEntry } from '../system/staged-entry.ts';

/** The paths to the objects that a step names, each through an open directory. */
interface Places {
  readonly to: string;
  readonly source: string;
  readonly like: string;
  readonly base: string | undefined;
}

/** Puts one entry of a tree in place. Throws `source-changed` where its content has changed. */
export async function carryFile({ top }: Session, step: StepArgs['carry-file']): Promise<void> {
  const { path, from, base, attributesFrom } = step;
  await atPath(top, path, (to) =>
    atPath(top, from, (source) =>
      atPath(top, attributesFrom, (like) =>
        base === undefined
          ? carry(step, { to, source, like, base })
          : atPath(top, base, (old) => carry(step, { to, source, like, base: old })),
      ),
    ),
  );
}

async function carry({ from, entry }: StepArgs['carry-file'], { to, source, like, base }: Places): Promise<void> {
  if (entry.kind === 'directory') return await makeDirectoryLike(to, entry, like);
  const text = base === undefined ? undefined : await mergeText(base, source, to);
  if (base !== undefined && text === undefined) throw new BeHookError({ code: 'source-changed', path: from });
  const staged = await stageEntry(to, entry, { from: source, text, like });
  if (staged?.content !== entry.content) {
    staged?.discard();
    throw new BeHookError({ code: 'source-changed', path: from });
  }
  staged.commit();
}
