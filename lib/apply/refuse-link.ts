import { BeHookError } from '../model/problem.ts';
import { linkAbove } from '../system/inside.ts';
import type { Session } from '../system/session.ts';

/** What was observed has its links followed; one that is there all the same leads who knows where: `write-refused`. */
export function refuseLink({ top }: Pick<Session, 'top'>, path: string): void {
  const link = linkAbove(top, path);
  const shown = path.replace(/\/\.$/, '');
  if (link !== undefined)
    throw new BeHookError({ code: 'write-refused', path: shown, why: `/${link} is a symbolic link` });
}
