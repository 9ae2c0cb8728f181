import { settleFilesystem } from '../../lib/system/barrier.ts';
import { observe } from '../../lib/system/observe.ts';
import { openedAt, withSession } from '../../lib/system/session.ts';

/** Opens the running machine, and prints what be-hook observes: see `observeInside`. Or executes a barrier on /boot. */
async function main([access, filesystem]: readonly string[]): Promise<void> {
  const where = filesystem === undefined ? undefined : { filesystem };
  const options = { where, write: access !== 'read', lockSeconds: 10, lists: true };
  await withSession(options, async (session) => {
    if (access === 'settle') return await settleFilesystem(openedAt(session, 'boot'));
    const observation = await observe(session);
    process.stdout.write(JSON.stringify({ opened: session.opened, observation }));
  });
}

void main(process.argv.slice(2));
