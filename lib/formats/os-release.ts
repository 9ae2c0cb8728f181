import { isAssignmentFault, parseAssignments } from './shell-assignments.ts';

/** The fields of os-release(5) that a menu needs. */
export interface OsRelease {
  readonly prettyName: string;
  readonly id: string;
}

/** Reads os-release(5). Returns undefined for any other text: every quote must be closed and a name must be in it. */
export function parseOsRelease(text: string): OsRelease | undefined {
  const values = parseAssignments(text);
  if (isAssignmentFault(values)) return undefined;
  const name = values.get('PRETTY_NAME') ?? values.get('NAME');
  if (name === undefined || name.trim() === '') return undefined;
  return { prettyName: name.trim(), id: values.get('ID') ?? 'linux' };
}
