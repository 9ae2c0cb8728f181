import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printBeadmList } from '../../../../lib/cli/dialects/beadm-list.ts';
import { printBectlList, sortBectl } from '../../../../lib/cli/dialects/bectl-list.ts';
import { flagsOf, type Listed, sortListing } from '../../../../lib/cli/listing.ts';
import { printFields } from '../../../../lib/cli/output/list-fields.ts';
import { printList } from '../../../../lib/cli/output/list-table.ts';
import { printTime } from '../../../../lib/cli/output/time.ts';
import type { BootEnvironment } from '../../../../lib/model/environment.ts';
import type { Subvolume } from '../../../../lib/model/observation.ts';
import type { SnapshotName } from '../../../../lib/model/snapshot-name.ts';
import { type Space, unmeasured } from '../../../../lib/model/space.ts';
import { aSystem, environmentOf, uuidOf } from '../../../support/builders.ts';

const test = suite('lists of environments');

const [time, later] = [1_221_004_384, 1_700_000_060];
const state = aSystem().withBe('BE5').withKernel('6.1.0-1').running().active().withBe('upgrade').state();
const space = (written: number): Space => ({ ...unmeasured, written });
const subvolume = (path: string): Subvolume => {
  return { id: 900, uuid: uuidOf(900), parentUuid: undefined, path, generation: 1 };
};

function listed(name: string, change: Partial<BootEnvironment>, more: Partial<Listed>): Listed {
  const environment = { ...environmentOf(state, name), created: time, ...change };
  return { environment, space: unmeasured, snapshots: [], volumes: [], ...more };
}

const be5 = listed(
  'BE5',
  {},
  {
    space: space(7_786_206_208),
    snapshots: [
      {
        snapshot: { name: 'now' as SnapshotName, subvolume: subvolume('x'), created: later, description: undefined },
        space: space(36_864),
      },
    ],
  },
);
const upgrade = listed(
  'upgrade',
  { created: later, next: true, origin: 'BE5@now', mountpoints: ['/mnt'] },
  {
    space: { written: 339_968, exclusive: 55_296, referenced: 16_541_696, counts: 'file-data' },
    volumes: [
      {
        volume: {
          mountpoint: '/db',
          subvolume: subvolume('db-of-it'),
          marked: 'cloned',
          nested: false,
          readOnly: false,
        },
        written: 512,
      },
      {
        volume: { mountpoint: '/home', subvolume: subvolume('home'), marked: 'shared', nested: false, readOnly: false },
        written: undefined,
      },
    ],
  },
);
const both = [be5, upgrade];
const [old, young] = [printTime(time), printTime(later)];

test('print the flags N, R and T in this order', () => {
  const environment = environmentOf(state, 'BE5');
  const flags = (running: boolean, active: boolean, next: boolean): string =>
    flagsOf({ ...environment, running, active, next });
  const all = [false, true].flatMap((n) => [false, true].flatMap((r) => [false, true].map((t) => flags(n, r, t))));
  assert.equal(all, ['', 'T', 'R', 'RT', 'N', 'NT', 'NR', 'NRT']);
});

test('beadm: print a table with aligned columns', () => {
  assert.is(
    printBeadmList(both, { datasets: false, snapshots: false }),
    `BE      Active Mountpoint Space Policy Created
BE5     NR     /          7.25G static ${old}
upgrade T      /mnt       332K  static ${young}
`,
  );
});

test('beadm: show the subvolumes and snapshots below the name of the environment', () => {
  assert.is(
    printBeadmList(both, { datasets: true, snapshots: true }),
    `BE/Dataset/Snapshot Active Mountpoint Space Policy Created
BE5
   @BE5             NR     /          7.25G static ${old}
   BE5@now          -      -          36.0K static ${young}
upgrade
   @upgrade         T      /mnt       332K  static ${young}
   db-of-it         -      -          512   static ${young}
`,
  );
  assert.is(
    printBeadmList(both, { datasets: false, snapshots: true }),
    `BE/Snapshot Space Policy Created
BE5
   BE5@now  36.0K static ${young}
upgrade
`,
  );
  assert.is(
    printBeadmList([be5], { datasets: true, snapshots: false }).split('\n')[0],
    'BE/Dataset Active Mountpoint Space Policy Created',
  );
});

test('beadm: print fields for scripts', () => {
  const { uuid } = environmentOf(state, 'BE5').subvolume;
  assert.is(
    printFields(both, { snapshots: false, subvolumes: false }),
    `BE5;${uuid};NR;/;7786206208;static;1221004384\nupgrade;${uuidOf(257)};T;/mnt;55296;static;1700000060\n`,
  );
  assert.is(printFields(both, { snapshots: true, subvolumes: false }), 'BE5;BE5@now;36864;static;1700000060\n');
  assert.is(
    printFields(both, { snapshots: true, subvolumes: true }),
    `BE5;@BE5;NR;/;7786206208;static;1221004384
BE5;BE5@now;;;36864;static;1700000060
upgrade;@upgrade;T;/mnt;55296;static;1700000060
upgrade;db-of-it;;;512;static;1700000060
`,
  );
});

const plain = { all: false, snapshots: false, script: false, full: false };

test('bectl: print a table with aligned columns', () => {
  assert.is(
    printBectlList(both, plain),
    `BE      Active Mountpoint Space Created
BE5     NR     /          7.25G ${old}
upgrade T      /mnt       332K  ${young}
`,
  );
  assert.match(printBectlList(both, { ...plain, full: true }), /^upgrade T {6}\/mnt {7}15\.8M /m);
});

test('bectl: separate the values with one TAB in script mode', () => {
  assert.is(
    printBectlList(both, { ...plain, script: true }),
    `BE5\tNR\t/\t7.25G\t${old}\nupgrade\tT\t/mnt\t332K\t${young}\n`,
  );
});

test('bectl: show the subvolumes and the origin below the name of the environment', () => {
  assert.is(
    printBectlList(both, { ...plain, all: true, snapshots: true }),
    `BE/Dataset/Snapshot Active Mountpoint Space Created

BE5
  @BE5              NR     /          7.25G ${old}
  BE5@now           -      -          36K   ${young}

upgrade
  @upgrade          T      /mnt       332K  ${young}
    BE5@now         -      -          36K   ${young}
  db-of-it          -      -          512   ${young}
`,
  );
  assert.not.match(printBectlList([be5], { ...plain, all: true }), 'BE5@now');
});

test('bectl: sort by each property, ascending and descending', () => {
  const names = (...args: Parameters<typeof sortBectl>): string[] =>
    sortBectl(...args).map(({ environment }) => environment.name);
  for (const property of ['used', 'usedds'] as const) assert.equal(names(both, property, false), ['upgrade', 'BE5']);
  for (const property of ['name', 'creation', 'origin'] as const)
    assert.equal(names(both, property, false), ['BE5', 'upgrade']);
  assert.equal(names(both, 'usedsnap', false), ['upgrade', 'BE5']);
  assert.equal(names(both, 'name', true), ['upgrade', 'BE5']);
});

test('show an unmeasured value as a dash in tables, as an empty field in scripts', () => {
  const one = listed('BE5', { running: false, active: false, mountpoints: [] }, {});
  assert.match(printBeadmList([one], { datasets: false, snapshots: false }), /^BE5 - {6}- {10}- {5}static /m);
  assert.match(printBectlList([one], plain), /^BE5 - {6}- {10}- {5}\d/m);
  assert.match(printFields([one], { snapshots: false, subvolumes: false }), /;;;;static;1221004384\n$/);
  assert.match(
    printList([one], { snapshots: false, volumes: false, usage: false, colours: false }),
    /^BE5 {3}- {6}- {11}- {6}\d/m,
  );
});

test('contain no control characters of names, descriptions or mount points', () => {
  const evil = listed('BE5', { description: 'a\u001b[31mb', mountpoints: ['/m\u001b[0m\n'] }, {});
  const table = printList([evil], { snapshots: true, volumes: true, usage: true, colours: false });
  const lists = [
    printBeadmList([evil], { datasets: true, snapshots: true }),
    printBectlList([evil], { ...plain, all: true }),
  ];
  for (const text of [table, ...lists, printFields([evil], { snapshots: true, subvolumes: true })])
    assert.not.match(text, /[\u0000-\u0009\u000b-\u001f]/);
});

test('keep the order of environments with the same key', () => {
  assert.equal(sortListing([upgrade, be5], 'kernel'), [upgrade, be5], 'what has no kernel comes first');
  assert.equal(sortListing([be5, upgrade], 'kernel'), [upgrade, be5]);
  const same = [upgrade, { ...upgrade }];
  assert.equal(sortListing(same, 'created'), same);
});

test.run();
