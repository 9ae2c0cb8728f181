import { type Diff, diff } from '../../app/diff.ts';
import { parseTarget } from '../../model/snapshot-name.ts';
import { type Command, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printDiffJson } from '../output/diff-json.ts';
import { printDiff } from '../output/diff-table.ts';
import { problemLines } from '../output/problem.ts';
import { showsProgress } from '../perform.ts';
import { whereOf } from '../where.ts';

/** `be-hook diff` */
export const diffCommand: Command = {
  name: 'diff',
  group: 'inspect',
  summary: 'compare two boot environments or snapshots',
  examples: [
    { line: 'be-hook diff stable fedora-2', does: 'compare two environments' },
    { line: 'be-hook diff --files main@monday main', does: 'compare all files with a snapshot' },
  ],
  arguments: [{ name: 'NAME[@SNAPSHOT]' }, { name: 'NAME[@SNAPSHOT]' }],
  options: [{ name: 'files', summary: 'compare all files, not only /etc' }, ...filesystemOptions, jsonOption],
};

/** Carries out `be-hook diff`. */
export const runDiff: Run = async ({ arguments: [from = '', to = ''], options, flags }) => {
  const allFiles = flags.has('files');
  const isShown = allFiles && showsProgress({ flags });
  const found = await diff(whereOf(options), {
    from: parseTarget(from),
    to: parseTarget(to),
    files: allFiles ? 'all' : 'etc',
    progress: isShown ? showProgress : () => undefined,
  });
  if (isShown) process.stderr.write('\r\u001b[K');
  if (flags.has('json')) {
    return { stdout: printDiffJson(found, { from, to, below: allFiles ? '/' : '/etc' }), messages: [], exitCode: 0 };
  }
  const data = printDiff(found);
  const none = data === '' ? [describeNothing(found, allFiles)] : [];
  return { stdout: data, messages: [...none, ...problemLines(found.problems, 'warning')], exitCode: 0 };
};

/** Only the parts that be-hook compared are known to be the same. */
function describeNothing({ packages }: Diff, allFiles: boolean): string {
  const files = allFiles ? 'files' : 'files below /etc';
  return `be-hook: no difference in ${packages === undefined ? '' : 'packages, '}kernels, command line, volumes and ${files}`;
}

/** Shows the progress of a comparison of all files, in a line that it erases later. */
function showProgress(files: number): void {
  process.stderr.write(`\r\u001b[Klooked at ${files} files`);
}
