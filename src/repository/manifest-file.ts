import { backupCorrupt, backupTooNew, keyMissing, keyWrong } from './backup-errors.ts';
import { idPattern } from './ids.ts';
import type { EncryptionKey } from './key.ts';
import type { Manifest, ManifestContent, ManifestFile } from './manifest.ts';
import { sealed, unsealed, type Unsealed } from './seal.ts';

export const manifestName = 'manifest.json';
const manifestFormat = 'jem-db-backup/1';
export const proofsFolder = 'proofs';

/** A manifest that is as it was written; who wrote it is for `requireKey` to find out. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly seal: Unsealed;
}

/** The manifest of a backup whose files are stored. */
export function manifestOf(
  content: ManifestContent,
  { id, files, key }: Pick<Manifest, 'id' | 'files'> & { readonly key: EncryptionKey | null },
): Manifest {
  const encryption = key && { cipher: 'aes-256-gcm' as const, keyId: key.id };
  return { ...content, format: manifestFormat, id, files, encryption };
}

/** The text of a manifest, sealed; signed where its files are encrypted. */
export function manifestText(manifest: Manifest, key: EncryptionKey | null): string {
  return sealed(inOrder(manifest), manifest.encryption ? key : null);
}

/** What a person looks for stands first, what is long last. */
function inOrder(manifest: Manifest): Manifest {
  if (manifest.kind === 'base') {
    const { format, id, restorePoint, facts, files, ...head } = manifest;
    return { format, id, ...head, files, facts, restorePoint };
  }
  const { format, id, schema, ledger, facts, content, files, ...head } = manifest;
  return { format, id, ...head, files, content, ledger, facts, schema };
}

/** Throws `backup-corrupt`, `backup-too-new`. */
export function parseManifest(bytes: Buffer, id: string): ReadManifest {
  const seal = unsealed(bytes);
  requireFormat(seal, id, manifestFormat, manifestName);
  const value = seal.value ?? {};
  if (!isManifest(value)) throw backupCorrupt(id, manifestName, 'is not as jem-db writes it');
  if (value.id !== id)
    throw backupCorrupt(id, manifestName, `is that of another backup, ${value.id}`);
  if (seal.isSigned !== (value.encryption !== null))
    throw backupCorrupt(id, manifestName, 'is not signed as it should be');
  return { manifest: value, seal };
}

/** Throws where a sealed text is not whole, or of a format that is not known. */
export function requireFormat(seal: Unsealed, id: string, format: string, name: string): void {
  const found = seal.value?.['format'];
  if (seal.damage !== null) throw backupCorrupt(id, name, seal.damage);
  if (typeof found === 'string' && isNewer(found, format)) throw backupTooNew(id, found);
  if (found !== format) throw backupCorrupt(id, name, 'has no format that jem-db knows');
}

/**
 * Checks that the key is the one of an encrypted backup, and that nobody without it has written
 * the manifest. Throws `backup-key-wrong`, `backup-key-missing`, `backup-corrupt`.
 */
export function requireKey(read: ReadManifest, key: EncryptionKey | null): void {
  const { id, encryption } = read.manifest;
  if (encryption === null) return;
  if (key === null) throw keyMissing(id);
  if (encryption.keyId !== key.id) throw keyWrong(id, encryption.keyId, key.id);
  requireSignature(read, key);
}

/** As far as it can be told: who has another key, or none, can read a manifest all the same. */
export function requireSignature(
  { manifest, seal }: ReadManifest,
  key: EncryptionKey | null,
): void {
  const { id, encryption } = manifest;
  if (encryption === null || encryption.keyId !== key?.id || seal.isSignedBy(key)) return;
  throw backupCorrupt(id, manifestName, 'was altered by somebody without the key');
}

/** The key, where it is that of the backup. */
export function ownKey({ encryption }: Manifest, key: EncryptionKey | null): EncryptionKey | null {
  return key && key.id === encryption?.keyId ? key : null;
}

function isNewer(found: string, known: string): boolean {
  const [name, version] = known.split('/');
  const match = /^(.+)\/(\d+)$/.exec(found);
  return match?.[1] === name && Number(match?.[2]) > Number(version);
}

const texts = ['id', 'engine', 'database', 'startedAt', 'finishedAt', 'jemDbVersion'];

function isManifest(value: Readonly<Record<string, unknown>>): value is Manifest & typeof value {
  const { files, encryption, kind } = value;
  return (
    [...texts, 'serverVersion'].every((name) => typeof value[name] === 'string') &&
    ['tools', 'facts'].every((name) => isObject(value[name])) &&
    (kind === 'base' ? isBase(value) : kind === 'logical' && isLogical(value)) &&
    (encryption === null || isEncryption(encryption)) &&
    Array.isArray(files) &&
    files.every(isFile) &&
    new Set(files.map(({ path }) => path)).size === files.length
  );
}

function isLogical(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value['snapshot'] === 'string' && hasContent(value);
}

function isBase({
  cluster,
  parent,
  restorePoint,
  withoutPoint,
}: Readonly<Record<string, unknown>>) {
  return (
    typeof cluster === 'string' &&
    (parent === null || (typeof parent === 'string' && idPattern.test(parent))) &&
    (restorePoint === null
      ? typeof withoutPoint === 'string'
      : withoutPoint === null && isPoint(restorePoint))
  );
}

function isPoint(value: unknown): boolean {
  const point = Object(value) as Record<string, unknown>;
  const words = ['name', 'lsn', 'database', 'snapshot'];
  return (
    words.every((name) => typeof point[name] === 'string') &&
    Array.isArray(point['inProgress']) &&
    hasContent(point)
  );
}

/** What a database held. */
function hasContent({ content, schema, ledger }: Readonly<Record<string, unknown>>): boolean {
  return (
    (ledger === null || Array.isArray(ledger)) &&
    hasLists(content, ['tables', 'sequences', 'leftOut']) &&
    hasLists(schema, ['objects'])
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function hasLists(value: unknown, names: readonly string[]): boolean {
  const lists = Object(value) as Record<string, unknown>;
  return names.every((name) => Array.isArray(lists[name]));
}

function isEncryption(value: unknown): boolean {
  const { cipher, keyId } = Object(value) as Record<string, unknown>;
  return cipher === 'aes-256-gcm' && typeof keyId === 'string';
}

function isFile(value: unknown): value is ManifestFile {
  const file = Object(value) as Record<string, unknown>;
  return (
    isSafePath(file['path']) &&
    isSafePath(file['content']) &&
    Number.isSafeInteger(file['bytes']) &&
    Number.isSafeInteger(file['storedBytes']) &&
    /^[0-9a-f]{64}$/.test(String(file['sha256'])) &&
    ['none', 'gzip', 'zstd'].includes(String(file['compression']))
  );
}

/** Whether a path stays within the backup, and away from what the repository keeps there. */
export function isSafePath(path: unknown): path is string {
  if (typeof path !== 'string' || /[\\\0]/.test(path)) return false;
  const parts = path.split('/');
  if (parts[0] === manifestName || parts[0] === proofsFolder) return false;
  return parts.every((part) => part !== '' && !part.startsWith('.'));
}
