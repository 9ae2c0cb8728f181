import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLists } from '../../../lib/system/first-lists.ts';
import { readLine, readParts } from '../../../lib/system/start.ts';

const test = suite('the lists that the companion prints');

/** What the companion's script prints for three lists and their exit statuses. */
function printed(lists: readonly string[], statuses: readonly number[] = [0, 0, 0]): Buffer {
  return Buffer.from(lists.map((list, index) => `${list}\0${statuses[index] ?? 0}\0`).join(''));
}

/** Writes bytes in chunks of one size, then ends the stream. */
function streamOf(bytes: Buffer, chunk: number): PassThrough {
  const stream = new PassThrough();
  for (let start = 0; start < bytes.length; start += chunk) stream.write(bytes.subarray(start, start + chunk));
  stream.end();
  return stream;
}

const never = (): void => {
  throw new Error('killed');
};

const lists = ['ID 256 path a\nb\n', 'ID 257 path Größe\n', 'ID 5 (FS_TREE)\n'];

test('are read whatever the chunks, with line breaks and characters of several bytes', async () => {
  for (const chunk of [1, 2, 3, 7, 1000]) {
    const read = await readLists(readParts(streamOf(printed(lists), chunk)), never);
    assert.equal(read, { all: lists[0], flagged: lists[1], standard: lists[2] }, `chunks of ${chunk} bytes`);
  }
});

test('are read although the companion goes on', async () => {
  const stream = new PassThrough();
  stream.write(printed(lists));
  assert.is((await readLists(readParts(stream), never))?.standard, lists[2]);
});

test('do not count if a program failed', async () => {
  for (const statuses of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 127],
  ]) {
    assert.is(await readLists(readParts(streamOf(printed(lists, statuses), 9)), never), undefined, String(statuses));
  }
});

test('do not count if the companion ended between two bytes of them', async () => {
  const bytes = printed(lists);
  for (let length = 0; length < bytes.length; length += 1) {
    const cut = streamOf(bytes.subarray(0, length), 5);
    assert.is(await readLists(readParts(cut), never), undefined, `after ${length} bytes`);
  }
});

test('follow the first line, which is read alone', async () => {
  const readPart = readParts(streamOf(Buffer.concat([Buffer.from('ready\n'), printed(lists)]), 4));
  assert.equal(await readPart('\n'), { text: 'ready', isWhole: true });
  assert.is((await readLists(readPart, never))?.all, lists[0]);
  assert.equal(await readPart('\0'), { text: '', isWhole: false });
});

test('a line without an end is the whole text', async () => {
  assert.is(await readLine(streamOf(Buffer.from('lock'), 2)), 'lock');
});

test.run();
