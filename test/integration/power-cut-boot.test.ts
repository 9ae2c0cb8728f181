import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../../lib/apply/apply.ts';
import { keptPlace } from '../../lib/model/kernel-record.ts';
import { onBoot } from '../../lib/model/place.ts';
import type { Step } from '../../lib/model/step.ts';
import { settle } from '../../lib/plan/ordering.ts';
import { digestOf } from '../../lib/system/image-file.ts';
import type { Session } from '../../lib/system/session.ts';
import { cases } from '../support/budget.ts';
import { grubSees } from '../support/grub/files.ts';
import { grubTools } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';
import { forEachCut } from '../support/powercut/cuts.ts';
import { withDiskRecording } from '../support/powercut/record.ts';
import { formatBoot, mountBoot } from '../support/separate-boot.ts';

const test = suite('a power cut on a separate /boot');

const barrier = settle('test', 'boot');
const kernels = ['first', 'second', 'third'].map((name) => Buffer.alloc(60_000, `kernel ${name} `));

/** Keeps a kernel, and then writes the menu that names it, as a plan of be-hook does. */
async function boot(type: 'ext4' | 'xfs', top: string, kernel: Buffer): Promise<void> {
  const session: Partial<Session> = { opened: { boot: { top, type, source: 'none' } } };
  await writeFile(join(top, 'vmlinuz'), kernel);
  const digest = digestOf(join(top, 'vmlinuz'));
  const place = keptPlace('vmlinuz', '6.1', digest);
  const reason = 'test';
  const steps: readonly Step[] = [
    { kind: 'keep-file', ...place, from: onBoot('vmlinuz'), digest, size: kernel.length, reason },
    barrier,
    { kind: 'write-file', ...onBoot('grub2/be-hook.cfg'), text: place.path, mode: 0o600, labelLike: undefined, reason },
    barrier,
  ];
  await apply(session as Session, { steps, warnings: [], unresolved: [] }, () => undefined);
}

for (const type of ['ext4', 'xfs'] as const) {
  test(`leaves GRUB a menu that names a complete kernel at any write to ${type}`, async () => {
    const tools = await grubTools('2.12');
    const directory = await mkdtemp(join(tmpdir(), 'be-hook-cut-'));
    const image = join(directory, 'image');
    try {
      await tool('truncate', ['-s', '320M', image]);
      await formatBoot(type, image);
      await mountBoot(type, image, async ({ top }) => {
        await mkdir(join(top, 'grub2'));
        await boot(type, top, kernels[0] ?? Buffer.of());
      });
      const record = (disk: string, mark: (name: string) => Promise<void>): Promise<void> =>
        mountBoot(type, disk, async ({ top }) => {
          await boot(type, top, kernels[1] ?? Buffer.of());
          await boot(type, top, kernels[2] ?? Buffer.of());
          await mark('end');
        });
      await withDiskRecording(image, record, async (recording) => {
        const faults: string[] = [];
        const options = { prefixes: 'all', subsets: cases(20), seed: 5 } as const;
        const count = await forEachCut(recording, options, async (cut) => {
          const menu = (await grubSees(tools, [cut.image], '/grub2/be-hook.cfg'))?.toString() ?? '';
          const seen = menu === '' ? undefined : await grubSees(tools, [cut.image], `/${menu}`);
          const found = kernels.findIndex((kernel) => seen?.equals(kernel) === true);
          if (found < 0 || (cut.passed.includes('end') && found !== 2))
            faults.push(`${cut.label}: ${menu || 'no menu'}`);
        });
        assert.ok(count >= recording.writes.length);
        assert.equal(faults, []);
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

test.run();
