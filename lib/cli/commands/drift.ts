import { drift } from '../../app/drift.ts';
import { type Command, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { driftData, driftHint, driftLines } from '../output/drift.ts';
import { printJson } from '../output/json.ts';
import type { DriftAnswerData } from '../output/schema/drift.ts';
import { actOptions } from '../perform.ts';

/** `be-hook drift` */
export const driftCommand: Command = {
  name: 'drift',
  group: 'upgrade',
  summary: 'show what changed since a copy was upgraded',
  examples: [
    { line: 'be-hook drift', does: 'check the copy that boots next' },
    { line: 'be-hook drift fedora-2', does: 'check another copy' },
  ],
  arguments: [{ name: 'NAME', optional: true }],
  options: [...filesystemOptions, jsonOption],
};

/** Carries out `be-hook drift`. */
export const runDrift: Run = async (invocation) => {
  const found = await drift(actOptions(invocation), invocation.arguments[0]);
  if (invocation.flags.has('json')) {
    const data: DriftAnswerData = { version: 1, drift: found === undefined ? null : driftData(found) };
    return { stdout: printJson(data), messages: [], exitCode: 0 };
  }
  const lines = found === undefined ? [] : [...driftLines(found), ...driftHint(found)];
  return { stdout: lines.map((line) => `${line}\n`).join(''), messages: [], exitCode: 0 };
};
