import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { JemError } from '../../errors.ts';
import type { TemporaryFolder } from '../../temporary-folder.ts';
import type { Draft } from '../contract.ts';
import { bytesOf } from '../folder/hashing.ts';
import { openStored } from '../folder/durable.ts';
import { newId } from '../ids.ts';
import { manifestOf, manifestText } from '../manifest-file.ts';
import type { Manifest, ManifestContent } from '../manifest.ts';
import { type Packed, packing, type Packing } from '../packing.ts';
import { makePrivate, temporaryPlace } from '../private-folder.ts';
import { usingStorage } from '../storage-errors.ts';
import { type FileStage, stageOf } from '../taking.ts';
import { type Lease, takeLease, works } from './lease.ts';
import { backupPrefix, manifestKey, partialKey } from './names.ts';
import { list, put, putNew, remove } from './objects.ts';
import { type S3Repository, until, usingStore } from './place.ts';
import { upload } from './upload.ts';

/** Milliseconds that taking an unpublished backup away may take. */
const tidying = 30_000;

interface Making {
  readonly id: string;
  readonly repository: S3Repository;
  readonly lease: Lease;
  /** Where the engine puts files on their way. */
  readonly local: TemporaryFolder;
  readonly stage: FileStage;
}

/** Begins a backup below its id; it is none before its manifest is there. See `Repository.begin`. */
export async function beginDraft(own: S3Repository): Promise<Draft> {
  const stop = new AbortController();
  const repository = until(own, AbortSignal.any([own.signal, stop.signal]));
  const making = await usingStore(own, () => begin(repository));
  const { id, stage, lease, local } = making;
  let publishing: Promise<Manifest> | null = null;
  let published = false;
  return {
    id,
    stage,
    publish(content) {
      if (publishing) throw new Error(`backup ${id} is published already`);
      publishing = usingStore(own, () => publish(making, content)).then((manifest) => {
        published = true;
        return manifest;
      });
      return publishing;
    },
    async [Symbol.asyncDispose]() {
      await publishing?.catch(() => null);
      stop.abort();
      await stage.settled();
      await local[Symbol.asyncDispose]();
      if (!published) await takeAway(making).catch(() => {});
      await lease[Symbol.asyncDispose]();
    },
  };
}

async function begin(repository: S3Repository): Promise<Making> {
  const { id, lease } = await claim(repository);
  try {
    const local = await makePrivate(repository.signal);
    return { id, repository, lease, local, stage: openStage(repository, id, local.path) };
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * An id that is ours alone: who wants one says so under a name of chance first, and looks for others
 * then. Of two both may step back, and each has another idea.
 */
async function claim(repository: S3Repository): Promise<Pick<Making, 'id' | 'lease'>> {
  for (;;) {
    const id = newId(new Date());
    const token = randomBytes(6).toString('hex');
    const lease = await takeLease(repository.client, partialKey(repository, id, token));
    try {
      const [{ length }, { objects }] = await Promise.all([
        works(repository, id),
        list(repository.client, backupPrefix(repository, id)),
      ]);
      if (length === 1 && objects.length === 0) return { id, lease };
    } catch (error) {
      await lease[Symbol.asyncDispose]();
      throw error;
    }
    await lease[Symbol.asyncDispose]();
  }
}

function openStage(repository: S3Repository, id: string, folder: string): FileStage {
  const { key, compression, signal, client, uploading } = repository;

  async function store(bytes: AsyncIterable<Buffer>, how: Packing): Promise<Packed> {
    const { stream, packed } = packing(bytes, how);
    await upload(client, `${backupPrefix(repository, id)}${how.stored}`, stream, uploading);
    return packed();
  }

  return stageOf({
    // Each holds a part of its own in memory while it fills.
    ...{ id, folder, key, compression, signal, most: 3 },
    take: (path, how) =>
      usingStore(repository, () =>
        usingStorage(temporaryPlace(), signal, async () => {
          signal.throwIfAborted();
          const source = join(folder, path);
          await using file = await openStored(source);
          const packed = await store(bytesOf(file, signal), how);
          await rm(source);
          return packed;
        }),
      ),
    put: (bytes, how) => usingStore(repository, () => store(bytes, how)),
  });
}

/** All files are there, then the manifest, and with it the backup. */
async function publish(
  { id, repository, lease, stage }: Making,
  content: ManifestContent,
): Promise<Manifest> {
  const { client, key, signal } = repository;
  const manifest = manifestOf(content, { id, files: stage.files(), key });
  const name = manifestKey(repository, id);
  signal.throwIfAborted();
  await requireWhole(repository, manifest, lease);
  const body = Buffer.from(manifestText(manifest, key));
  const written = await putNew(client, name, body);
  if (written === 'refused') await put(client, name, [body]);
  if (written === 'taken') throw new Error(`backup ${id} is somebody else's`);
  // Who took this process for gone may have begun to sweep meanwhile.
  await requireWhole(repository, manifest, lease);
  return manifest;
}

/**
 * A process that slept for long was taken for gone, and what it had stored was swept: it must not
 * publish what is left. Throws `repository-unusable`.
 */
async function requireWhole(
  repository: S3Repository,
  { id, files }: Manifest,
  lease: Lease,
): Promise<void> {
  const prefix = backupPrefix(repository, id);
  const [told, { objects }] = await Promise.all([
    works(repository, id),
    list(repository.client, prefix),
  ]);
  const bytes = new Map(objects.map((one) => [one.key, one.bytes]));
  const isOurs = told.length === 1 && told[0]?.key === lease.key && !lease.lost();
  const missing = files.find(({ path, storedBytes }) => bytes.get(prefix + path) !== storedBytes);
  if (isOurs && !missing) return;
  throw new JemError('repository-unusable', `Backup ${id} was not published`, {
    why: isOurs
      ? `${repository.display} does not show ${missing?.path} as it was stored.`
      : 'Somebody took this process for gone, and has begun to remove what it had stored.',
    hint: 'Run the command again.',
  });
}

/** Also after the signal: nobody else would do it for a while. */
async function takeAway({ id, repository }: Making): Promise<void> {
  const { client } = until(repository, AbortSignal.timeout(tidying));
  const { objects } = await list(client, backupPrefix(repository, id));
  await remove(client, [manifestKey(repository, id)]);
  await remove(
    client,
    objects.map(({ key }) => key),
  );
}
