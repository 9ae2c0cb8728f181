import { exitCodes } from '../../model/exit-codes.ts';
import type { Problem } from '../../model/problem.ts';
import { printJson } from './json.ts';
import { problemData } from './problem.ts';
import type { ErrorData } from './schema/error.ts';

/** The JSON of a command that refused. */
export function printRefusalJson(problem: Problem): string {
  const data: ErrorData = { version: 1, error: { ...problemData(problem), exitStatus: exitCodes[problem.code] } };
  return printJson(data);
}
