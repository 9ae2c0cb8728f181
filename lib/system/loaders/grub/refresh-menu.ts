import { scanDistributionMenu } from '../../../bootloaders/grub/distribution-menu.ts';
import { addHandOver, findHandOver } from '../../../bootloaders/grub/hand-over.ts';
import { BeHookError } from '../../../model/problem.ts';
import type { StepArgs } from '../../../model/step.ts';
import { atPath } from '../../beneath.ts';
import { readText } from '../../files.ts';
import { run } from '../../run.ts';
import { openedAt, type Session } from '../../session.ts';
import { stageFile } from '../../staged-file.ts';

/** The longest known run of os-prober took 18 minutes (ostreedev/ostree issue 1924). A higher limit has no use. */
const limitSeconds = 20 * 60;

/**
 * Runs the distribution's menu generator and puts its output in place of grub.cfg. The generator must succeed. Its
 * output must parse, and must offer entries where the old file did. Otherwise it throws `distribution-menu-kept`, and
 * grub.cfg stays as it was.
 */
export async function refreshDistributionMenu(
  session: Session,
  step: StepArgs['refresh-distribution-menu'],
): Promise<void> {
  await atPath(openedAt(session, step.on).top, step.path, (path) => refresh(path, step));
}

async function refresh(
  path: string,
  { path: grubCfg, generator, check }: StepArgs['refresh-distribution-menu'],
): Promise<void> {
  const keep = (why: string): BeHookError => new BeHookError({ code: 'distribution-menu-kept', path: grubCfg, why });
  const help = await run(generator, ['--help'], { expect: 'any' });
  // Without this option Fedora's generator rewrites the options of every BLS entry, also of other boot environments.
  const careful = help.stdout.includes('--no-grubenv-update') ? ['--no-grubenv-update'] : [];
  const generated = await run(generator, careful, { seconds: limitSeconds, expect: 'any' });
  const complaint = generated.stderr.trim().split('\n').at(-1) ?? '';
  if (generated.status !== 0) throw keep(`${generator} ended with status ${generated.status}: ${complaint}`);
  const old = readText(path);
  const text = findHandOver(generated.stdout) === 'present' ? generated.stdout : addHandOver(generated.stdout);
  if (text === old) return;
  if (scanDistributionMenu(old).hasEntries && !scanDistributionMenu(text).hasEntries)
    throw keep(`${generator} made a menu without entries`);
  const staged = stageFile(path, text, 0o600);
  if (check !== undefined && (await run(check, [staged.path], { expect: 'any' })).status !== 0) {
    staged.discard();
    throw keep(`${generator} made a file that GRUB cannot parse`);
  }
  staged.commit();
}
