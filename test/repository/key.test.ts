import { randomBytes } from 'node:crypto';
import { chmod, chown, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { keyFromFile, keyFromText } from '../../src/repository/key.ts';
import { temporaryFolder } from '../support/folders.ts';
import { serverUser } from '../support/os-user.ts';
import { rejection } from '../support/rejection.ts';

const bytes = randomBytes(32);
const { id } = keyFromText(bytes.toString('hex'));

test.each([
  ['hexadecimal', bytes.toString('hex')],
  ['capital', bytes.toString('hex').toUpperCase()],
  ['with a line end', `${bytes.toString('hex')}\r\n`],
  ['base64', bytes.toString('base64')],
  ['base64 of URLs', bytes.toString('base64url')],
])('a key in %s', async (_name, text) => {
  expect(keyFromText(text).id).toBe(id);
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'key');
  await writeFile(file, text, { mode: 0o600 });
  expect((await keyFromFile(file)).id).toBe(id);
});

test('a file of 32 bytes is a key', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'key'), bytes, { mode: 0o400 });
  await symlink('key', join(folder.path, 'link'));
  expect((await keyFromFile(join(folder.path, 'link'))).id).toBe(id);
});

test.each(['', 'secret', 'ab'.repeat(31), 'ab'.repeat(33), `${'A'.repeat(42)}B=`, 'x'.repeat(64)])(
  'no key: %j',
  async (text) => {
    const error = await rejection((async () => keyFromText(text))());
    expect(error).toMatchObject({
      code: 'bad-setting',
      details: { hint: 'Make one: openssl rand -hex 32' },
    });
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'key');
    await writeFile(file, text, { mode: 0o600 });
    const refused = await rejection(keyFromFile(file));
    expect(refused).toMatchObject({
      code: 'bad-setting',
      message: `The key file ${file} holds no key`,
    });
    expect(inspect([error, refused])).not.toContain(text || 'a text');
  },
);

test.each([
  ['32 characters of text', 'a password of thirty-two letters'],
  ['31 bytes', Buffer.alloc(31)],
  ['more than that', Buffer.alloc(4096)],
])('a file with %s is no key', async (words, content) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'key');
  await writeFile(file, content, { mode: 0o600 });
  expect(await rejection(keyFromFile(file))).toMatchObject({
    details: { why: expect.stringContaining(`it has ${words}`) },
  });
});

test.each([0o640, 0o604, 0o660, 0o622])('a key file that others may use, mode %i', async (mode) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'key');
  await writeFile(file, bytes.toString('hex'));
  await chown(file, serverUser().uid, serverUser().gid);
  await chmod(file, mode);
  expect(await rejection(keyFromFile(file))).toMatchObject({
    code: 'bad-setting',
    message: `Others than its owner can read the key file ${file}`,
    details: { hint: expect.stringContaining(`chmod 0600 '${file}'`) },
  });
});

test('a key file that is not there', async () => {
  expect(await rejection(keyFromFile('/nowhere/key'))).toMatchObject({
    code: 'backup-key-missing',
    message: 'The key file /nowhere/key cannot be read (ENOENT)',
  });
});

test('a key does not show itself', () => {
  const key = keyFromText(bytes.toString('hex'));
  const shown = inspect(key, { depth: null, showHidden: true }) + JSON.stringify(key);
  expect(shown).not.toContain(bytes.toString('hex'));
  expect(shown).toContain(id);
});
