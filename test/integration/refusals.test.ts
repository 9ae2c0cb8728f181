import { suite } from 'uvu';
import { keptNamespace } from '../support/kept-namespace.ts';
import { needTool } from '../support/need-tool.ts';
import { during, refuses, sharedScene, threeEnvironments } from '../support/refusal-scene.ts';

/*
 * be-hook never deletes environments in use, even where the use is hard to see. Without be-hook the kernel would delete
 * all of them, except the one with the swap file.
 */
const test = suite('destroying an environment in use');

const shared = sharedScene(threeEnvironments);
test.before(shared.open);
test.after(shared.close);

interface Use {
  readonly title: string;
  /** See `during`. */
  readonly script: string;
  readonly status: number;
  readonly says: RegExp;
  /** The commands that must be refused. By default, those that destroy be2. */
  readonly commands?: readonly (readonly string[])[];
  readonly needs?: readonly string[];
}

const wait = 'echo ready; read -r _ || :';
const forBe2: readonly (readonly string[])[] = [
  ['destroy', '-F', 'be2'],
  ['rollback', 'be2@s'],
];

const mounted = (place: string): Pick<Use, 'status' | 'says'> => {
  return { status: 6, says: new RegExp(`“\\S+”: it is mounted on \\S*${place}; unmount it first`) };
};
const process = (name: string): Pick<Use, 'status' | 'says'> => {
  return { status: 5, says: new RegExp(`“be2”: in use by ${name} \\(PID \\d+\\); `) };
};
const kernel = (what: string): Pick<Use, 'status' | 'says'> => {
  return { status: 5, says: new RegExp(`“be2”: the kernel uses a file in it: ${what}`) };
};

/** Starts a program, waits until it holds its files, and ends it when the input ends. */
const background = (command: string, until: string): string => `
${command} &
pid=$!
tries=0
until ${until}; do tries=$((tries + 1)); [ "$tries" -lt 200 ] || exit 9; sleep 0.05; done
${wait}
kill "$pid"
wait "$pid" || :`;

const uses: readonly Use[] = [
  {
    title: 'is mounted by its name',
    script: `mount -o subvol=@be2 "$device" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'is mounted read-only by its number',
    script: `id=$(btrfs inspect-internal rootid "$top/@be2")
mount -o "ro,subvolid=$id" "$device" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'is mounted and was renamed',
    script: `mount -o subvol=@be2 "$device" "$scratch/m"
mv "$top/@be2" "$top/@other"\n${wait}\nmv "$top/@other" "$top/@be2"; umount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'is mounted and was moved',
    script: `mount -o subvol=@be2 "$device" "$scratch/m"
mv "$top/@be2" "$top/deep/@be1"\n${wait}\nmv "$top/deep/@be1" "$top/@be2"; umount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'has a directory mounted elsewhere',
    script: `mount --bind "$top/@be2/usr/lib" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'has a single file mounted elsewhere',
    script: `touch "$scratch/file"; mount --bind "$top/@be2/etc/fstab" "$scratch/file"\n${wait}\numount "$scratch/file"`,
    ...mounted('/file'),
  },
  {
    title: 'is mounted and hidden by another mount',
    script: `mount -o subvol=@be2 "$device" "$scratch/m"; mount -t tmpfs none "$scratch/m"
${wait}\numount "$scratch/m"; umount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'is mounted in another mount namespace',
    script: `exec unshare --mount --propagation private sh -euc 'mount -o subvol=@be2 "$1" "$2"; ${wait}' sh "$device" "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'is mounted in a kept mount namespace',
    script: `mount --bind "$scratch" "$scratch"; mount --make-private "$scratch"
${keptNamespace('$scratch/ns')}
nsenter --mount="$scratch/ns" mount -o subvol=@be2 "$device" "$scratch/m"
${wait}\numount "$scratch/ns"; umount "$scratch"`,
    ...mounted('/m'),
  },
  {
    title: 'is mounted in a nested kept namespace',
    script: `mount --bind "$scratch" "$scratch"; mount --make-private "$scratch"
${keptNamespace('$scratch/ns')}
nsenter --mount="$scratch/ns" sh -euc '
  mount -t tmpfs none "$2"; mkdir "$2/m"
  ${keptNamespace('$2/ns')}
  nsenter --mount="$2/ns" mount -o subvol=@be2 "$1" "$2/m"' sh "$device" "$scratch/m"
${wait}\numount "$scratch/ns"; umount "$scratch"`,
    ...mounted('/m'),
  },
  {
    title: "is mounted in an open file's namespace",
    script: `unshare --mount --propagation private sh -euc 'mount -o subvol=@be2 "$1" "$2"; exec sleep 60' sh "$device" "$scratch/m" &
pid=$!
until grep -q /m "/proc/$pid/mountinfo" && grep -q sleep "/proc/$pid/comm"; do sleep 0.05; done
exec 9<"/proc/$pid/ns/mnt"
kill "$pid"; wait "$pid" || :
${wait}`,
    ...mounted('/m'),
  },
  {
    title: 'holds a working directory',
    script: `cd "$top/@be2/usr"\n${wait}\ncd /`,
    ...process('sh'),
  },
  {
    title: 'has a process in a lazily detached mount',
    script: `mount -o subvol=@be2 "$device" "$scratch/m"; cd "$scratch/m"; umount -l "$scratch/m"\n${wait}\ncd /`,
    ...process('sh'),
  },
  { title: 'holds an open file', script: `exec 9<"$top/@be2/etc/fstab"\n${wait}`, ...process('sh') },
  {
    title: 'holds an open file without a name',
    script: `echo x >"$top/@be2/etc/gone"; exec 9<"$top/@be2/etc/gone"; rm "$top/@be2/etc/gone"\n${wait}`,
    ...process('sh'),
  },
  { title: 'holds an open directory', script: `exec 9<"$top/@be2/usr"\n${wait}`, ...process('sh') },
  {
    title: 'is the root of a process',
    script: `exec perl -e 'chroot($ARGV[0]) or die $!; $| = 1; print "ready\\n"; <STDIN>' "$top/@be2"`,
    needs: ['perl'],
    ...process('perl'),
  },
  {
    title: 'holds a running program',
    script: background('"$top/@be2/usr/lib/sleep" 60', 'grep -q sleep "/proc/$pid/comm"'),
    ...process('sleep'),
  },
  {
    title: 'holds a loaded library',
    script: `lib=$(ldd /bin/sleep | sed -n 's|^.*libc[^ ]* => \\([^ ]*\\) .*$|\\1|p')
cp "$lib" "$top/@be2/usr/lib/lib.so"
${background('LD_PRELOAD="$top/@be2/usr/lib/lib.so" sleep 60', 'grep -q @be2 "/proc/$pid/maps"')}
rm "$top/@be2/usr/lib/lib.so"`,
    needs: ['ldd'],
    ...process('sleep'),
  },
  {
    title: 'holds the image of a loop device',
    script: `truncate -s 1M "$top/@be2/disk"; loop=$(losetup --find --show "$top/@be2/disk")
${wait}\nlosetup -d "$loop"; rm "$top/@be2/disk"`,
    ...kernel('/dev/loop\\d+ \\(\\S*/@be2/disk\\); '),
  },
  {
    title: 'holds a swap file',
    script: `touch "$top/@be2/swap"; chattr +C "$top/@be2/swap"; chmod 600 "$top/@be2/swap"
dd if=/dev/zero of="$top/@be2/swap" bs=1M count=8 status=none; sync -f "$top"
mkswap -q "$top/@be2/swap"; swapon "$top/@be2/swap"
${wait}\nswapoff "$top/@be2/swap"; rm "$top/@be2/swap"`,
    needs: ['mkswap', 'swapon', 'chattr'],
    ...kernel('the swap file \\S*/@be2/swap; '),
  },
  {
    title: 'is a layer of an overlay',
    script: `mount -t tmpfs none "$scratch/m"; mkdir "$scratch/m/up" "$scratch/m/work" "$scratch/m/all"
mount -t overlay overlay -o "lowerdir=$top/@be2/usr:$top/@be2/etc,upperdir=$scratch/m/up,workdir=$scratch/m/work" "$scratch/m/all"
${wait}\numount "$scratch/m/all"; umount "$scratch/m"`,
    ...mounted('/m/all'),
  },
  {
    title: 'contains a mounted subvolume',
    script: `mount -o subvol=@be2/var/lib/machines "$device" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    ...mounted('/m'),
  },
  {
    title: 'contains a subvolume with a process in it',
    script: `cd "$top/@be2/var/lib/machines"\n${wait}\ncd /`,
    ...process('sh'),
  },
  {
    title: 'has a mounted copy of a volume',
    script: `mount -o subvol=be-hook/made/volumes/srv-db "$device" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    commands: [
      ['destroy', '-F', 'made'],
      ['rollback', 'made@s'],
    ],
    ...mounted('/m'),
  },
  {
    title: 'has a mounted snapshot',
    script: `mount -o subvol=be-hook/made@s/root "$device" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    commands: [
      ['destroy', '-F', 'made'],
      ['destroy', '-F', 'made@s'],
    ],
    ...mounted('/m'),
  },
  {
    title: 'has a snapshot with a mounted volume',
    script: `mount -o subvol=be-hook/made@s/volumes/srv-db "$device" "$scratch/m"\n${wait}\numount "$scratch/m"`,
    commands: [
      ['destroy', '-F', 'made'],
      ['destroy', '-F', 'made@s'],
    ],
    ...mounted('/m'),
  },
];

for (const { title, script, status, says, commands = forBe2, needs = [] } of uses) {
  test(`refuses to destroy an environment that ${title}`, async () => {
    needTool(...needs);
    const scene = shared.scene();
    await during(scene, script, () => refuses(scene, commands, { status, says }));
  });
}

test.run();
