import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isThere } from '../../src/repository/folder/durable.ts';
import { rejection } from '../support/rejection.ts';
import { kinds } from './kinds.ts';
import {
  backUp,
  bytesByPath,
  content,
  faults,
  filesBelow,
  proofOf,
  readBack,
  someFiles,
} from './making.ts';

describe.each(kinds)('$name', ({ make }) => {
  test('gives back what a backup was given', async () => {
    await using opened = await make();
    const manifest = await backUp(opened.repository);
    const repository = await opened.again();
    expect(await repository.manifest(manifest.id)).toEqual(manifest);
    expect(manifest).toMatchObject(content);
    expect(await readBack(repository, manifest.id)).toEqual(bytesByPath());
    expect(manifest.files.map((file) => file.content).toSorted()).toEqual(
      someFiles.map(({ path }) => path).toSorted(),
    );
  });

  test('offers the files of a backup in a folder, and takes away what it made for that', async () => {
    await using opened = await make();
    const { id } = await backUp(opened.repository);
    const before = await opened.repository.check(id, () => {});
    let own = false;
    let made = '';
    {
      await using source = await opened.repository.source(id);
      const folder = await source.folder();
      expect(await source.folder()).toBe(folder);
      const found = await filesBelow(folder);
      found.delete('manifest.json');
      expect(found).toEqual(bytesByPath());
      made = folder;
      own = folder.endsWith(id);
    }
    expect(await isThere(made)).toBe(own);
    expect(await opened.repository.check(id, () => {})).toEqual(before);
  });

  test('tells what is being made, also to others', async () => {
    await using opened = await make();
    const other = await opened.again();
    expect(await other.underway()).toEqual([]);
    {
      await using draft = await opened.repository.begin();
      expect(await other.underway()).toEqual([draft.id]);
    }
    expect(await other.underway()).toEqual([]);
    await backUp(opened.repository);
    expect(await other.underway()).toEqual([]);
  });

  test('a backup is not seen before it is whole', async () => {
    await using opened = await make();
    const { repository } = opened;
    expect(await repository.list()).toEqual([]);
    await using draft = await repository.begin();
    expect(await repository.list()).toEqual([]);
    expect(await rejection(repository.manifest(draft.id))).toMatchObject({
      code: 'backup-missing',
    });
    await draft.publish(content);
    expect(await repository.list()).toMatchObject([{ id: draft.id, damage: null }]);
  });

  test('a draft that is given up leaves nothing', async () => {
    await using opened = await make();
    const kept = await backUp(opened.repository);
    {
      await using _draft = await opened.repository.begin();
    }
    expect(await opened.repository.list()).toMatchObject([{ id: kept.id }]);
    expect(await opened.repository.sweep()).toEqual([]);
  });

  test('lists backups by their time, each with its last verdict', async () => {
    await using opened = await make();
    const { repository } = opened;
    const ids = [];
    for (let count = 0; count < 5; count++) ids.push((await backUp(repository)).id);
    expect(ids.toSorted()).toEqual(ids);
    await repository.recordProof(ids[1]!, proofOf(ids[1]!, 1), '<p>one');
    await repository.recordProof(ids[1]!, { ...proofOf(ids[1]!, 2), verified: false }, '<p>two');
    const listed = await (await opened.again()).list();
    expect(listed.map(({ id }) => id)).toEqual(ids);
    expect(listed.map(({ lastProof }) => lastProof?.verified ?? null)).toEqual([
      ...[null, false, null, null, null],
    ]);
    expect(await repository.proofs(ids[1]!)).toEqual([
      proofOf(ids[1]!, 1),
      { ...proofOf(ids[1]!, 2), verified: false },
    ]);
    expect(await faults(repository, ids[1]!)).toEqual({});
  });

  test('tells of each file when it has looked at it', async () => {
    await using opened = await make();
    const { id, files } = await backUp(opened.repository);
    await opened.repository.recordProof(id, proofOf(id), '<p>');
    const told: string[] = [];
    const checks = await opened.repository.check(id, ({ path }) => told.push(path));
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(told.toSorted()).toEqual(checks.map(({ path }) => path).toSorted());
    expect(told).toHaveLength(1 + files.length + 2);
  });

  test('two backups at once are two backups, also while somebody sweeps', async () => {
    await using opened = await make();
    const making = Array.from({ length: 6 }, () => opened.again().then((one) => backUp(one)));
    const sweeping = Array.from({ length: 3 }, () => opened.again().then((one) => one.sweep()));
    expect((await Promise.all(sweeping)).flat()).toEqual([]);
    const made = await Promise.all(making);
    expect(new Set(made.map(({ id }) => id)).size).toBe(6);
    for (const { id } of made) expect(await readBack(opened.repository, id)).toEqual(bytesByPath());
  });

  test('a removed backup is gone, and the others are not', async () => {
    await using opened = await make();
    const { repository } = opened;
    const [first, second] = [await backUp(repository), await backUp(repository)];
    await repository.remove(first.id);
    expect(await repository.list()).toMatchObject([{ id: second.id }]);
    expect(await rejection(repository.remove(first.id))).toMatchObject({
      code: 'backup-missing',
      message: `There is no backup ${first.id} in ${repository.display}`,
    });
    expect(await faults(repository, second.id)).toEqual({});
  });

  test.each(['../other', 'manifest.json', '', '.', '20260101T000000Z-0000'])(
    'there is no backup %j',
    async (id) => {
      await using opened = await make();
      const { repository } = opened;
      await backUp(repository);
      const asked = [
        () => repository.manifest(id),
        () => repository.source(id),
        () => repository.check(id, () => {}),
        () => repository.remove(id),
        () => repository.proofs(id),
      ];
      for (const ask of asked)
        expect(await rejection(ask())).toMatchObject({ code: 'backup-missing' });
    },
  );

  test('a path that leads out, or that is taken already, is no file of a backup', async () => {
    await using opened = await make();
    await using draft = await opened.repository.begin();
    for (const path of ['../x', '/etc/passwd', 'manifest.json', 'proofs/x', 'a//b', '.hidden'])
      expect(await rejection(draft.stage.take(path, 'plain'))).toBeInstanceOf(Error);
  });

  test('one at a time tidies', async () => {
    await using opened = await make();
    await backUp(opened.repository);
    const holding = new EventEmitter();
    const first = opened.repository.exclusively(async () => {
      holding.emit('entered');
      await once(holding, 'leave');
      return 'done';
    });
    await once(holding, 'entered');
    expect(await rejection((await opened.again()).exclusively(async () => {}))).toMatchObject({
      code: 'repository-busy',
      retryable: true,
      details: { why: expect.stringContaining(`process ${process.pid} on `) },
    });
    holding.emit('leave');
    expect(await first).toBe('done');
    expect(await (await opened.again()).exclusively(async () => 'next')).toBe('next');
    const failure = new Error('its own');
    expect(await rejection(opened.repository.exclusively(() => Promise.reject(failure)))).toBe(
      failure,
    );
    expect(await opened.repository.exclusively(async () => 'after')).toBe('after');
  });

  test('an abort ends a backup with its reason', async () => {
    await using opened = await make();
    await backUp(opened.repository);
    const controller = new AbortController();
    const repository = await opened.again({ signal: controller.signal });
    await using draft = await repository.begin();
    const reason = new Error('stop');
    controller.abort(reason);
    expect(await rejection(draft.stage.take('a', 'plain'))).toBe(reason);
    expect(await rejection(draft.publish(content))).toBe(reason);
  });
});
