import {
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { newId } from '../../src/repository/ids.ts';
import { temporaryFolder } from '../support/folders.ts';
import { serverUser } from '../support/os-user.ts';
import { backUp, content, faults, filesBelow, key, open, proofOf, someFiles } from './making.ts';
import { work } from './working.ts';

/** Names and modes of all that lies below a folder. */
async function modesBelow(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder, { recursive: true });
  const modes = names.map(async (name) => {
    const { mode } = await stat(join(folder, name));
    return [name, (mode & 0o777).toString(8)] as const;
  });
  return Object.fromEntries(await Promise.all(modes));
}

describe('what lies in the folder', () => {
  test.each(['000', '022', '277'])('is for its owner alone, under umask %s', async (umask) => {
    await using folder = await temporaryFolder();
    const user = serverUser();
    await chown(folder.path, user.uid, user.gid);
    const location = join(folder.path, 'backups');
    const under = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    const id = String((await work('prove', location, { user, under }))?.['proved']);
    const modes = await modesBelow(folder.path);
    const folders = ['backups', `backups/${id}`, `backups/${id}/blobs`, `backups/${id}/proofs`];
    expect(Object.keys(modes).filter((name) => modes[name] === '700')).toEqual(
      expect.arrayContaining(folders),
    );
    const files = Object.keys(modes).filter((name) => !folders.includes(name));
    expect(files).toHaveLength(1 + someFiles.length + 2);
    for (const file of files) expect(modes[file]).toBe('600');
  });

  test('is what the layout says', async () => {
    await using folder = await temporaryFolder();
    const { id } = await backUp(open(folder.path));
    await open(folder.path).recordProof(id, proofOf(id), '<p>');
    const [page = '', verdict] = await readdir(join(folder.path, id, 'proofs'));
    expect(page).toMatch(/^20261121T030000Z-[0-9a-f]{4}\.html$/);
    expect(verdict).toBe(page.replace('html', 'json'));
    const files = await filesBelow(join(folder.path, id));
    expect([...files.keys()]).toEqual([
      ...['3390.dat.gz', 'blobs/1.dat', 'database.sqlite.gz', 'empty.dat.gz', 'manifest.json'],
      ...[`proofs/${page}`, `proofs/${verdict}`, 'toc.dat'],
    ]);
    expect(gunzipSync(files.get('database.sqlite.gz')!)).toEqual(someFiles[0]!.bytes);
    expect(files.get('toc.dat')).toEqual(someFiles[1]!.bytes);
  });

  test('holds nothing plain where it is encrypted', async () => {
    await using folder = await temporaryFolder();
    const repository = open(folder.path, { key });
    await using draft = await repository.begin();
    expect(draft.stage.folder.startsWith(folder.path)).toBe(false);
    expect((await stat(draft.stage.folder)).mode & 0o777).toBe(0o700);
    const { files, id } = await backUp(repository);
    expect(files.every(({ path }) => path.endsWith('.enc'))).toBe(true);
    const stored = await filesBelow(join(folder.path, id));
    for (const { bytes } of someFiles.filter((file) => file.bytes.length > 0))
      for (const [path, found] of stored) expect([path, found.indexOf(bytes)]).toEqual([path, -1]);
  });

  test('is nothing where a backup is given up', async () => {
    await using folder = await temporaryFolder();
    {
      await using draft = await open(folder.path).begin();
      await writeFile(join(draft.stage.folder, 'a.dat'), 'a');
      await draft.stage.take('a.dat', 'plain');
    }
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('that is not ours is left alone', async () => {
    await using folder = await temporaryFolder();
    const theirs = ['README.md', '.gitignore', '.x.partial', '20261121T020000Z-00000', '.lock'];
    for (const name of theirs) await writeFile(join(folder.path, name), 'theirs');
    await mkdir(join(folder.path, '.20261121T020000Z-0000.backup'));
    await symlink('/etc', join(folder.path, '20261121T020000Z-0000'));
    await chmod(folder.path, 0o755);
    const repository = open(folder.path);
    const { id } = await backUp(repository);
    expect(await repository.list()).toMatchObject([{ id }]);
    expect(await repository.sweep()).toEqual([]);
    await repository.remove(id);
    expect((await stat(folder.path)).mode & 0o777).toBe(0o755);
    expect((await readdir(folder.path)).toSorted()).toEqual(
      [...theirs, '.20261121T020000Z-0000.backup', '20261121T020000Z-0000'].toSorted(),
    );
  });
});

test('a proof that was not finished is swept after a while', async () => {
  await using folder = await temporaryFolder();
  const repository = open(folder.path);
  const { id } = await backUp(repository);
  await repository.recordProof(id, proofOf(id), '<p>');
  const proofs = join(folder.path, id, 'proofs');
  const whole = await readdir(proofs);
  const left = ['.20261121T040000Z-0000.json.partial', '20261121T040000Z-0000.html'].map((name) =>
    join(proofs, name),
  );
  for (const path of left) await writeFile(path, '');
  expect(await repository.sweep()).toEqual([]);
  const longAgo = new Date(Date.now() - 20 * 60_000);
  for (const path of left) await utimes(path, longAgo, longAgo);
  expect((await repository.sweep()).toSorted()).toEqual(left.toSorted());
  expect(await readdir(proofs)).toEqual(whole);
  expect(await faults(repository, id)).toEqual({});
});

test.each([{ key }, {}])('the manifest is as its schema says', async (options) => {
  await using folder = await temporaryFolder();
  const { id } = await backUp(open(folder.path, options));
  const text = await readFile(join(folder.path, id, 'manifest.json'), 'utf8');
  const path = join(import.meta.dirname, '../../schemas/manifest.schema.json');
  const schema = JSON.parse(await readFile(path, 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    schema,
  );
  const manifest = JSON.parse(text);
  validate(manifest);
  expect(validate.errors).toBeNull();
  for (const name of Object.keys(content)) {
    const { [name]: _left, ...rest } = manifest;
    expect([name, validate(rest)]).toEqual([name, false]);
  }
});

test('ids sort by time and hardly meet', () => {
  const at = Date.UTC(2026, 10, 21, 2, 0, 0);
  const ids = Array.from({ length: 1000 }, (_, ms) => newId(new Date(at + ms)));
  expect(ids.toSorted()).toEqual(ids);
  expect(ids[0]).toMatch(/^20261121T020000Z-00[0-4][0-9a-f]$/);
  expect(ids.at(-1)).toMatch(/^20261121T020000Z-fd[0-9a-f]{2}$/);
});
