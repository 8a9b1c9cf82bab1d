import { createHash } from 'node:crypto';
import type { FileCheck } from '../contract.ts';
import { ownKey, proofsFolder, type ReadManifest } from '../manifest-file.ts';
import type { Proof } from '../manifest.ts';
import {
  abandoned,
  isLonelyPage,
  pageOf,
  parseProof,
  proofTexts,
  type ReadProof,
  verdictsAmong,
} from '../proof-file.ts';
import { backupCorrupt } from '../backup-errors.ts';
import { proofsPrefix } from './names.ts';
import { get, list, put, remove } from './objects.ts';
import { examine } from './inspect.ts';
import type { S3Repository } from './place.ts';

/** Writes a verdict and its page: the verdict comes last, and there is none before. */
export async function writeProof(
  repository: S3Repository,
  { manifest }: ReadManifest,
  proof: Proof,
  page: string,
): Promise<void> {
  const prefix = proofsPrefix(repository, manifest.id);
  for (const { name, text } of proofTexts(proof, page, ownKey(manifest, repository.key)))
    await put(repository.client, `${prefix}${name}`, [Buffer.from(text)]);
}

/** Oldest first. Throws `backup-corrupt`. */
export async function readProofs(
  repository: S3Repository,
  read: ReadManifest,
): Promise<readonly Proof[]> {
  const names = await verdictsOf(repository, read);
  const proofs = await Promise.all(names.map((name) => readProof(repository, read, name)));
  return proofs.map(({ proof }) => proof);
}

/** The newest; null where there is none or it is damaged: an older one would say too much. */
export async function readLastProof(
  repository: S3Repository,
  read: ReadManifest,
): Promise<Proof | null> {
  const name = (await verdictsOf(repository, read)).at(-1);
  if (name === undefined) return null;
  try {
    return (await readProof(repository, read, name)).proof;
  } catch {
    return null;
  }
}

/** Looks at each verdict and its page. */
export async function inspectProofs(
  repository: S3Repository,
  read: ReadManifest,
): Promise<readonly FileCheck[]> {
  const { id } = read.manifest;
  const checks: FileCheck[] = [];
  for (const name of await verdictsOf(repository, read)) {
    let expected: string | null = null;
    const verdict = await examine(repository, id, `${proofsFolder}/${name}`, async () => {
      expected = (await readProof(repository, read, name)).pageSha256;
      return '';
    });
    const path = `${proofsFolder}/${pageOf(name)}`;
    const page = await examine(repository, id, path, async () => {
      const bytes = await bytesOf(repository, id, pageOf(name));
      const found = createHash('sha256').update(bytes).digest('hex');
      return found === expected || expected === null
        ? ''
        : 'is not the page that was written with its verdict';
    });
    checks.push(verdict, page);
  }
  return checks;
}

/** Removes pages whose verdict was never written; returns their keys. */
export async function sweepProofs(
  repository: S3Repository,
  id: string,
): Promise<readonly string[]> {
  const prefix = proofsPrefix(repository, id);
  const { objects, now } = await list(repository.client, prefix);
  const names = objects.map(({ key }) => key.slice(prefix.length));
  const left = objects
    .filter(
      ({ changedAt }, index) => isLonelyPage(names[index]!, names) && now - changedAt > abandoned,
    )
    .map(({ key }) => key);
  await remove(repository.client, left);
  return left;
}

async function verdictsOf(
  repository: S3Repository,
  { manifest }: ReadManifest,
): Promise<readonly string[]> {
  const prefix = proofsPrefix(repository, manifest.id);
  const { objects } = await list(repository.client, prefix);
  return verdictsAmong(objects.map(({ key }) => key.slice(prefix.length)));
}

async function readProof(
  repository: S3Repository,
  { manifest }: ReadManifest,
  name: string,
): Promise<ReadProof> {
  const bytes = await bytesOf(repository, manifest.id, name);
  const key = ownKey(manifest, repository.key);
  return parseProof(bytes, manifest.id, { name: `${proofsFolder}/${name}`, key });
}

async function bytesOf(repository: S3Repository, id: string, name: string): Promise<Buffer> {
  const bytes = await get(repository.client, `${proofsPrefix(repository, id)}${name}`);
  if (bytes === null) throw backupCorrupt(id, `${proofsFolder}/${name}`, 'is missing');
  return bytes;
}
