import { runActivate } from '../commands/activate.ts';
import { runAdopt } from '../commands/adopt.ts';
import { runCmdline } from '../commands/cmdline.ts';
import { runCreate } from '../commands/create.ts';
import { runDescribe } from '../commands/describe.ts';
import { runDestroy } from '../commands/destroy.ts';
import { runDiagnose } from '../commands/diagnose.ts';
import { runDiff } from '../commands/diff.ts';
import { runDoctor } from '../commands/doctor.ts';
import { runDrift } from '../commands/drift.ts';
import { runExec } from '../commands/exec.ts';
import { runExport } from '../commands/export.ts';
import { runForget } from '../commands/forget.ts';
import { runGc } from '../commands/gc.ts';
import { runHold } from '../commands/hold.ts';
import { runImport } from '../commands/import.ts';
import { runMount } from '../commands/mount.ts';
import { runPrune } from '../commands/prune.ts';
import { runRelease } from '../commands/release.ts';
import { runRename } from '../commands/rename.ts';
import { runRollback } from '../commands/rollback.ts';
import { runRun } from '../commands/run.ts';
import { runSetup } from '../commands/setup.ts';
import { runSnapshot } from '../commands/snapshot.ts';
import { runUmount } from '../commands/umount.ts';
import { runUninstall } from '../commands/uninstall.ts';
import { runUpgrade } from '../commands/upgrade.ts';
import { runVolume } from '../commands/volume.ts';
import { beadm } from '../dialects/beadm.ts';
import { bectl } from '../dialects/bectl.ts';

/** All other commands. */
export const runs = {
  create: runCreate,
  snapshot: runSnapshot,
  activate: runActivate,
  destroy: runDestroy,
  prune: runPrune,
  gc: runGc,
  rename: runRename,
  describe: runDescribe,
  hold: runHold,
  release: runRelease,
  rollback: runRollback,
  mount: runMount,
  umount: runUmount,
  upgrade: runUpgrade,
  run: runRun,
  diagnose: runDiagnose,
  exec: runExec,
  diff: runDiff,
  drift: runDrift,
  export: runExport,
  import: runImport,
  cmdline: runCmdline,
  volume: runVolume,
  doctor: runDoctor,
  setup: runSetup,
  adopt: runAdopt,
  forget: runForget,
  uninstall: runUninstall,
};

/** The tools that be-hook imitates. */
export const dialects = { beadm, bectl };
