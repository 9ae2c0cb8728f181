import { exitCodes, type Problem } from '../../model/problem.ts';
import { printJson } from './json.ts';
import { problemData } from './problem.ts';

/** The JSON of a command that refused. */
export function printRefusalJson(problem: Problem): string {
  return printJson({ version: 1, error: { ...problemData(problem), exitStatus: exitCodes[problem.code] } });
}
