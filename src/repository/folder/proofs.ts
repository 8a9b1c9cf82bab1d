import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileCheck } from '../contract.ts';
import type { EncryptionKey } from '../key.ts';
import { proofsFolder } from '../manifest-file.ts';
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
import {
  ignoring,
  makeFoldersWithin,
  namesIn,
  openStored,
  syncFolder,
  writePrivate,
} from './durable.ts';
import { digestOf } from './hashing.ts';
import { examine } from './inspect.ts';

/** The proofs of one backup. */
export interface ProofsOf {
  readonly id: string;
  /** The backup's folder. */
  readonly folder: string;
  /** Null where the backup is not encrypted, or who wrote a proof cannot be told. */
  readonly key: EncryptionKey | null;
}

const unfinished = '.partial';

/** Writes a verdict and its page, whole or not at all: the verdict comes last. */
export async function writeProof(of: ProofsOf, proof: Proof, page: string): Promise<void> {
  await makeFoldersWithin(of.folder, [proofsFolder]);
  const proofs = join(of.folder, proofsFolder);
  const texts = proofTexts(proof, page, of.key);
  for (const { name, text } of texts)
    await writePrivate(join(proofs, `.${name}${unfinished}`), text);
  for (const { name } of texts)
    await rename(join(proofs, `.${name}${unfinished}`), join(proofs, name));
  await syncFolder(proofs);
  await syncFolder(of.folder);
}

/** Oldest first. Throws `backup-corrupt`. */
export async function readProofs(of: ProofsOf): Promise<readonly Proof[]> {
  const names = await verdictsOf(of.folder);
  const read = await Promise.all(names.map((name) => readProof(of, name)));
  return read.map(({ proof }) => proof);
}

/** The newest; null where there is none or it cannot be read: an older one would say too much. */
export async function readLastProof(of: ProofsOf): Promise<Proof | null> {
  const name = (await verdictsOf(of.folder)).at(-1);
  if (name === undefined) return null;
  try {
    return (await readProof(of, name)).proof;
  } catch {
    return null;
  }
}

/** Looks at each verdict and its page. */
export async function inspectProofs(of: ProofsOf, signal: AbortSignal): Promise<FileCheck[]> {
  const examined = { ...of, signal };
  const checks: FileCheck[] = [];
  for (const name of await verdictsOf(of.folder)) {
    let expected: string | null = null;
    const verdict = await examine(examined, `${proofsFolder}/${name}`, async () => {
      expected = (await readProof(of, name)).pageSha256;
      return '';
    });
    const page = await examine(examined, `${proofsFolder}/${pageOf(name)}`, async (file) =>
      (await digestOf(file, signal)).sha256 === expected || expected === null
        ? ''
        : 'is not the page that was written with its verdict',
    );
    checks.push(verdict, page);
  }
  return checks;
}

/** Whether something below a backup's folder is, or will be, part of a proof. */
export async function partsOfProofs(folder: string): Promise<(path: string) => boolean> {
  const verdicts = await verdictsOf(folder);
  const names = new Set(verdicts.flatMap((name) => [name, pageOf(name)]));
  return (path) => {
    const [top, name = '', ...more] = path.split('/');
    return top === proofsFolder && more.length === 0 && (names.has(name) || isUnfinished(name));
  };
}

/** Removes what a killed run left of a proof that it did not finish; returns the paths. */
export async function sweepProofs(folder: string): Promise<readonly string[]> {
  const proofs = join(folder, proofsFolder);
  const names = await namesIn(proofs);
  const left = names.filter((name) => isUnfinished(name) || isLonelyPage(name, names));
  const swept: string[] = [];
  for (const path of left.map((name) => join(proofs, name))) {
    const found = await stat(path).catch(ignoring('ENOENT'));
    if (!found || Date.now() - found.mtimeMs < abandoned) continue;
    await rm(path, { force: true });
    swept.push(path);
  }
  return swept;
}

function isUnfinished(name: string): boolean {
  return /^\.[^.]+\.(json|html)\.partial$/.test(name);
}

async function verdictsOf(folder: string): Promise<readonly string[]> {
  const names = await namesIn(join(folder, proofsFolder)).catch(ignoring('ENOTDIR'));
  return verdictsAmong(names ?? []);
}

async function readProof({ id, folder, key }: ProofsOf, name: string): Promise<ReadProof> {
  const path = `${proofsFolder}/${name}`;
  await using file = await openStored(join(folder, path));
  return parseProof(await file.readFile(), id, { name: path, key });
}
