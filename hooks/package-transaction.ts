import { rootIsBtrfs } from '../lib/system/probe.ts';

/** The hook of a package manager calls it before a transaction, with the package manager's name and process ID. */
const [manager, pid] = process.argv.slice(2);

if (rootIsBtrfs()) {
  void import('../lib/app/hook-jobs.ts')
    .then(({ packagesWillChange }) => packagesWillChange(Number(pid), manager !== 'zypp'))
    .then((refusal) => {
      if (refusal === undefined) return;
      process.exitCode = refusal.status;
      process.stderr.write(`${refusal.line}\n`);
    });
}
