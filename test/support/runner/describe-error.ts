import { inspect } from 'node:util';
import { compare } from 'uvu/diff';

/** The additional fields of assertion errors of uvu and Node.js. */
interface MaybeAssertion extends Error {
  details?: unknown;
  actual?: unknown;
  expected?: unknown;
}

function difference({ name, details, actual, expected }: MaybeAssertion): string {
  if (typeof details === 'string') return details;
  return name.startsWith('AssertionError') ? compare(actual, expected) : '';
}

function callers(error: Error): string[] {
  const [, ...lines] = (error.stack ?? '').slice(error.stack?.indexOf(error.message)).split('\n');
  return lines.filter((line) => /^\s*at /.test(line) && !/node:internal|node_modules|support\/runner/.test(line));
}

/** A thrown value for the report: message, uvu's diff for an assertion, the project's part of the stack, causes. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw something that is no Error: ${inspect(thrown)}`;
  const lines = [thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`];
  const diff = difference(thrown).trimEnd();
  if (diff !== '') lines.push(diff);
  lines.push(...callers(thrown));
  if (thrown.cause !== undefined) lines.push(`caused by ${describeError(thrown.cause)}`);
  return lines.join('\n');
}
