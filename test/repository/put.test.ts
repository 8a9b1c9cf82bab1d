import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { rejection } from '../support/rejection.ts';
import { content, key, open } from './making.ts';

async function* pieces(...parts: readonly (Buffer | Error)[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield part;
  }
}

const bytes = Buffer.from('row, row, row\n'.repeat(50_000));

describe.each([
  ['plain', null],
  ['encrypted', key],
])('bytes put into a %s backup', (_name, ownKey) => {
  it.each(['plain', 'compressed'] as const)('come back, told to be %s', async (kind) => {
    await using folder = await temporaryFolder();
    const repository = open(join(folder.path, 'backups'), { key: ownKey });
    await using draft = await repository.begin();
    await draft.stage.put('deep/base.tar', pieces(bytes, bytes), kind);
    await draft.stage.put('empty', pieces(), kind);
    const { id, files } = await draft.publish(content);
    expect(files.map((file) => [file.content, file.bytes])).toEqual([
      ['deep/base.tar', 2 * bytes.length],
      ['empty', 0],
    ]);
    const stored = files[0]?.storedBytes ?? 0;
    expect(stored < bytes.length).toBe(kind === 'plain');
    expect((await repository.check(id, () => {})).every(({ ok }) => ok)).toBe(true);
    await using source = await repository.source(id);
    const read = await buffer(source.open('deep/base.tar'));
    expect(read.equals(Buffer.concat([bytes, bytes]))).toBe(true);
    expect(await buffer(await repository.file(id, 'empty'))).toEqual(Buffer.alloc(0));
  });

  it('leave no file behind where their source fails, nor under a path that is taken', async () => {
    await using folder = await temporaryFolder();
    const repository = open(join(folder.path, 'backups'), { key: ownKey });
    await using draft = await repository.begin();
    const failing = pieces(bytes, new RangeError('the source'));
    expect(await rejection(draft.stage.put('base.tar', failing, 'plain'))).toBeInstanceOf(
      RangeError,
    );
    const partial = (await readdir(folder.path, { recursive: true })).filter((name) =>
      name.includes('base.tar'),
    );
    expect(partial).toEqual([]);
    await draft.stage.put('other.tar', pieces(bytes), 'plain');
    const twice = rejection(draft.stage.put('other.tar', pieces(bytes), 'plain'));
    expect(String(await twice)).toContain('other.tar');
    expect((await draft.publish(content)).files).toHaveLength(1);
  });

  it('are not read faster than they are stored, and no more once it is given up', async () => {
    await using folder = await temporaryFolder();
    const stop = new AbortController();
    const location = join(folder.path, 'backups');
    const repository = open(location, { key: ownKey, signal: stop.signal });
    await using draft = await repository.begin();
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read++;
        if (read === 200) stop.abort(new Error('given up'));
        yield bytes;
      }
    }
    expect(String(await rejection(draft.stage.put('base.tar', endless(), 'plain')))).toContain(
      'given up',
    );
    const until = read;
    await draft[Symbol.asyncDispose]();
    expect(read).toBe(until);
    expect(await readdir(location)).toEqual([]);
  });
});
