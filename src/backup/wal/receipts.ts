import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileIdentity } from './content.ts';

/** That a file was stored, and as which content. */
export interface Receipt extends FileIdentity {
  readonly name: string;
  readonly sha256: string;
}

/** The newest that are kept: more than one call stores. */
const most = 256;

/**
 * What earlier calls have stored, kept in this user's own folder: a later call then need not read
 * a file again whose inode, size and times are as they were. Nothing is believed of the archive.
 */
export interface Receipts {
  of(name: string, identity: FileIdentity): Receipt | null;
  /** Whether anything was ever stored in that archive. */
  readonly any: boolean;
  /** Never throws: without them files are only read again. */
  add(more: readonly Receipt[]): Promise<void>;
}

/** Reads the receipts for one archive. Never throws. */
export async function readReceipts(folder: string, archive: string): Promise<Receipts> {
  const id = createHash('sha256').update(archive).digest('hex').slice(0, 16);
  const file = join(folder, `wal-${id}.json`);
  const found = await readFile(file, 'utf8').then(parsed, () => []);
  return {
    any: found.length > 0,
    of: (name, identity) => found.find((one) => one.name === name && isSame(one, identity)) ?? null,
    async add(more) {
      const names = new Set(more.map(({ name }) => name));
      const kept = [...found.filter(({ name }) => !names.has(name)), ...more].slice(-most);
      const partial = `${file}.${process.pid}.partial`;
      await mkdir(folder, { recursive: true, mode: 0o700 })
        .then(() => writeFile(partial, JSON.stringify(kept), { mode: 0o600 }))
        .then(() => rename(partial, file))
        .catch(() => {});
    },
  };
}

function isSame(one: Receipt, other: FileIdentity): boolean {
  const fields = ['device', 'inode', 'bytes', 'modified', 'changed'] as const;
  return fields.every((field) => one[field] === other[field]);
}

/** Anything else in the file counts as nothing. */
function parsed(text: string): readonly Receipt[] {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? found.filter(isReceipt) : [];
  } catch {
    return [];
  }
}

function isReceipt(value: unknown): value is Receipt {
  const fields = Object(value) as Record<string, unknown>;
  const names = ['name', 'sha256', 'device', 'inode', 'bytes', 'modified', 'changed'];
  return names.every((name) => typeof fields[name] === 'string');
}
