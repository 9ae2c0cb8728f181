import { observe } from '../../lib/system/observe.ts';
import { withSession } from '../../lib/system/session.ts';

/** Opens the running machine, and prints what be-hook observes: see `observeInside`. */
async function main([access, where]: readonly string[]): Promise<void> {
  const options = { where, write: access === 'write', lockSeconds: 10, lists: true };
  await withSession(options, async (session) => {
    const observation = await observe(session);
    process.stdout.write(JSON.stringify({ opened: session.opened, observation }));
  });
}

void main(process.argv.slice(2));
