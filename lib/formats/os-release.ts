import { isAssignmentFault, parseAssignments } from './shell-assignments.ts';

/** What os-release(5) says about a system, as far as a menu needs it. */
export interface OsRelease {
  readonly prettyName: string;
  readonly id: string;
}

/** Reads os-release(5). Answers undefined for a text that is none: no quote may stay open and a name must be in it. */
export function parseOsRelease(text: string): OsRelease | undefined {
  const values = parseAssignments(text);
  if (isAssignmentFault(values)) return undefined;
  const name = values.get('PRETTY_NAME') ?? values.get('NAME');
  if (name === undefined || name.trim() === '') return undefined;
  return { prettyName: name.trim(), id: values.get('ID') ?? 'linux' };
}
