import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';
import { checkRefusal, unchanged, wholeState } from '../support/refusal-scene.ts';

/* be-hook never deletes the running environment. The machine runs from /@be1, with a second environment in /@be2. */
const test = suite('the running environment');

/** Runs commands in the running system after a shell script. The commands must refuse and leave the disk as it was. */
async function refusesHere(
  machine: HookMachine,
  setUp: string,
  commands: readonly string[],
  says: RegExp,
): Promise<void> {
  const before = await wholeState(machine);
  for (const words of commands) {
    const ended = await machine.sh(`${setUp}\nbe-hook ${words}`);
    checkRefusal(ended, { status: 5, says }, [words]);
  }
  unchanged(before, await wholeState(machine), commands.join(', '));
}

async function succeeds(machine: HookMachine, script: string): Promise<void> {
  const { status, stderr } = await machine.sh(script);
  assert.is(status, 0, stderr);
}

test('is kept, also when another one is the default and its subvolume is renamed', async () => {
  await withHookMachine(async (machine) => {
    await succeeds(machine, 'be-hook snapshot be1@s && be-hook activate be2 && be-hook sync');
    const commands = ['destroy -F be1', 'rollback be1@s'];
    await refusesHere(machine, ':', commands, /“be1”: it is the running boot environment; boot another one first/);

    await succeeds(machine, 'be-hook rename be1 old');
    const moved = `mkdir /run/top; mount -o subvolid=5 ${machine.fs.device} /run/top
mv /run/top/@be1 /run/top/@gone; trap 'mv /run/top/@gone /run/top/@be1' EXIT`;
    await refusesHere(
      machine,
      moved,
      ['destroy -F old', 'rollback old@s'],
      /“old”: it is the running boot environment/,
    );
  });
});

test('keeps the environment that the EFI system partition leads to, and no other', async () => {
  await withHookMachine(async (machine) => {
    const esp = `mkdir -p /run/esp/EFI/fedora
cat >/run/esp/EFI/fedora/grub.cfg <<'EOF'
search --no-floppy --fs-uuid --set=dev ${machine.fs.uuid}
set prefix=($dev)/@be2/boot/grub
export $prefix
configfile $prefix/grub.cfg
EOF
mount --bind /run/esp /boot/efi`;
    const scene = 'mkdir -p /boot/efi && be-hook snapshot be2@s && be-hook create be3 -e be2 && be-hook sync';
    await succeeds(machine, scene);
    const says =
      /“be2”: GRUB starts from it: \/boot\/efi\/EFI\/fedora\/grub.cfg leads to \/@be2\/boot\/grub; first run grub2-install/;
    await refusesHere(machine, esp, ['destroy -F be2', 'rollback be2@s'], says);

    await succeeds(machine, `${esp}\nbe-hook destroy -F be3`);
  });
});

test.run();
