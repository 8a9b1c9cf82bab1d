import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sealed } from '../../src/repository/seal.ts';
import { rejection } from '../support/rejection.ts';
import { cutTo, flipAt, forge, rewrite, type Stored, stored } from './damaging.ts';
import { faults, key, open, otherKey, proofOf } from './making.ts';

const newer = 'was made by a newer jem-db';

describe('the manifest', () => {
  test.each<readonly [string, (file: string, at: Stored) => Promise<unknown>, string]>([
    ['missing', (file) => unlink(file), 'is missing'],
    ['a folder', (file) => unlink(file).then(() => mkdir(file)), 'is not a file'],
    ['empty', (file) => writeFile(file, ''), 'is empty'],
    [
      'malformed',
      (file) => writeFile(file, '{'),
      'is cut off or altered: it does not end with its seal',
    ],
    ['cut off', cutTo(0.7), 'is cut off or altered: it does not end with its seal'],
    [
      'without its last byte',
      cutTo(0.9999),
      'is cut off or altered: it does not end with its seal',
    ],
    [
      'altered',
      rewrite((text) => text.replace('"rows": 3', '"rows": 4')),
      'is altered: its SHA-256 is not the one at its end',
    ],
    [
      'extended',
      (file) => appendFile(file, '\n'),
      'is cut off or altered: it does not end with its seal',
    ],
    [
      'that of another backup',
      (file, { olderFolder }) => copyFile(join(olderFolder, 'manifest.json'), file),
      'is that of another backup, ',
    ],
    ['of no known format', forge({ format: 'other/1' }), 'has no format that jem-db knows'],
    ['not as it should be', forge({ files: [{ path: '../../x' }] }), 'is not as jem-db writes it'],
    [
      'signed by nobody',
      forge({ encryption: { cipher: 'aes-256-gcm', keyId: key.id } }),
      'is not signed',
    ],
    ['newer', forge({ format: 'jem-db-backup/2' }), newer],
  ])('%s', async (_name, damage, words) => {
    const code = words === newer ? 'backup-too-new' : 'backup-corrupt';
    await using at = await stored();
    await damage(join(at.folder, 'manifest.json'), at);
    const found = await faults(at.repository, at.id);
    expect(found).toEqual({ 'manifest.json': expect.stringContaining(words) });
    for (const asked of ['manifest', 'source'] as const)
      expect(await rejection(at.repository[asked](at.id))).toMatchObject({
        code,
        message: expect.stringContaining(words),
      });
    const [older, own] = await at.repository.list();
    expect(older).toMatchObject({ id: at.older.id, damage: null });
    expect(own).toMatchObject({ manifest: null, damage: expect.stringContaining(words) });
  });

  test('signed by somebody without the key', async () => {
    await using at = await stored({ key });
    const file = join(at.folder, 'manifest.json');
    const { hmac: _hmac, sha256: _sha256, ...manifest } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, sealed({ ...manifest, engine: 'other' }, otherKey));
    const damage = `Backup ${at.id} is damaged: manifest.json was altered by somebody without the key`;
    expect(await rejection(at.repository.manifest(at.id))).toMatchObject({ message: damage });
    expect(await rejection(at.repository.source(at.id))).toMatchObject({ message: damage });
    expect((await at.repository.list())[1]).toMatchObject({ manifest: null, damage });
    expect(await faults(at.repository, at.id)).toEqual({
      'manifest.json': 'was altered by somebody without the key',
    });
  });
});

test('another key, and none', async () => {
  await using at = await stored({ key });
  const [other, none] = [open(at.location, { key: otherKey }), open(at.location)];
  const wrong = {
    code: 'backup-key-wrong',
    message: `Backup ${at.id} was encrypted with another key`,
  };
  expect(await rejection(other.manifest(at.id))).toMatchObject(wrong);
  expect(await rejection(other.source(at.id))).toMatchObject(wrong);
  expect(await rejection(none.source(at.id))).toMatchObject({ code: 'backup-key-missing' });
  expect(await rejection(none.recordProof(at.id, proofOf(at.id), ''))).toMatchObject({
    code: 'backup-key-missing',
  });
  expect(await none.manifest(at.id)).toEqual(await at.repository.manifest(at.id));
  for (const one of [other, none]) {
    expect(await one.list()).toEqual(await at.repository.list());
    expect(await faults(one, at.id)).toEqual({});
  }
});

test('a backup that anybody may have put there is restored by no one who has a key', async () => {
  await using at = await stored({ key: null });
  const keyed = open(at.location, { key });
  expect(await rejection(keyed.source(at.id))).toMatchObject({ code: 'backup-not-encrypted' });
  expect(await keyed.manifest(at.id)).toEqual(await at.repository.manifest(at.id));
});

describe('a proof', () => {
  test.each<readonly [string, string, (file: string) => Promise<unknown>, string]>([
    [
      'its page is altered',
      'html',
      flipAt(0.5),
      'is not the page that was written with its verdict',
    ],
    ['its page is gone', 'html', (file) => unlink(file), 'is missing'],
    ['it is altered', 'json', rewrite((text) => text.replace('true', 'false')), 'is altered'],
    ['it is of another backup', 'json', forge({ backup: 'other' }), 'speaks of another backup'],
    ['it is newer', 'json', forge({ format: 'jem-db-proof/2' }), 'was made by a newer jem-db'],
  ])('%s', async (_name, end, damage, words) => {
    await using at = await stored();
    const proofs = await readdir(join(at.folder, 'proofs'));
    const path = `proofs/${proofs.find((name) => name.endsWith(end))}`;
    await damage(join(at.folder, path));
    expect(await faults(at.repository, at.id)).toEqual({ [path]: expect.stringContaining(words) });
    const [, own] = await at.repository.list();
    expect(own!.lastProof === null).toBe(end === 'json');
  });

  test('written by somebody without the key', async () => {
    await using at = await stored({ key });
    const proofs = await readdir(join(at.folder, 'proofs'));
    const path = `proofs/${proofs.find((name) => name.endsWith('json'))}`;
    await forge({ verified: true })(join(at.folder, path));
    expect(await rejection(at.repository.proofs(at.id))).toMatchObject({
      message: `Backup ${at.id} is damaged: ${path} was written by somebody without the key`,
    });
  });
});
