import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Draft } from '../contract.ts';
import { newId } from '../ids.ts';
import { manifestName, manifestOf, manifestText } from '../manifest-file.ts';
import type { Manifest, ManifestContent } from '../manifest.ts';
import { usingStorage } from '../storage-errors.ts';
import {
  ignoring,
  isThere,
  makePrivateFolder,
  namesIn,
  syncFolder,
  syncTree,
  writePrivate,
} from './durable.ts';
import { isAbandoned, type LivingFolder, makeLivingFolder } from './liveness.ts';
import { makeRepository } from './make-repository.ts';
import { idOfPartial, partialName } from './names.ts';
import type { FolderRepository } from './place.ts';
import type { TemporaryFolder } from '../../temporary-folder.ts';
import { makePrivate } from '../private-folder.ts';
import type { FileStage } from '../taking.ts';
import { openStage } from './stage.ts';

interface Making {
  readonly id: string;
  readonly repository: FolderRepository;
  /** The hidden folder in which the backup grows. */
  readonly partial: LivingFolder;
  /** Where plain files may lie; null: within `partial`. */
  readonly outside: TemporaryFolder | null;
  readonly stage: FileStage;
}

/** Begins a backup in a hidden folder; see `Repository.begin`. */
export async function beginDraft(repository: FolderRepository): Promise<Draft> {
  const { place, signal } = repository;
  const stop = new AbortController();
  const making = await usingStorage(place, signal, async () => {
    await makeRepository(repository.folder);
    return begin({ ...repository, signal: AbortSignal.any([signal, stop.signal]) });
  });
  let publishing: Promise<Manifest> | null = null;
  return {
    id: making.id,
    stage: making.stage,
    publish(content) {
      if (publishing) throw new Error(`backup ${making.id} is published already`);
      publishing = usingStorage(place, signal, () => publish(making, content));
      return publishing;
    },
    async [Symbol.asyncDispose]() {
      await publishing?.catch(() => null);
      stop.abort();
      await making.stage.settled();
      await making.outside?.[Symbol.asyncDispose]();
      await making.partial[Symbol.asyncDispose]();
    },
  };
}

/** See `Repository.underway`. */
export async function draftsIn({ folder }: FolderRepository): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const name of await namesIn(folder)) {
    const id = idOfPartial(name);
    if (id !== null && !(await isAbandoned(join(folder, name)))) ids.push(id);
  }
  return ids.toSorted();
}

async function begin(repository: FolderRepository): Promise<Making> {
  const { id, partial } = await makePartial(repository.folder);
  let outside: TemporaryFolder | null = null;
  try {
    const to = join(partial.path, 'backup');
    await makePrivateFolder(to);
    // Plain text never lies in a repository that encrypts.
    outside = repository.key ? await makePrivate(repository.signal) : null;
    const from = outside?.path ?? join(partial.path, 'stage');
    if (!outside) await makePrivateFolder(from);
    return { id, repository, partial, outside, stage: openStage(repository, { id, from, to }) };
  } catch (error) {
    await outside?.[Symbol.asyncDispose]();
    await partial[Symbol.asyncDispose]();
    throw error;
  }
}

/** Another backup may have had the same idea in the same moment: then there is a next one. */
async function makePartial(
  folder: string,
): Promise<{ readonly id: string; readonly partial: LivingFolder }> {
  for (;;) {
    const id = newId(new Date());
    if (await isThere(join(folder, id))) continue;
    const partial = await makeLivingFolder(join(folder, partialName(id))).catch(ignoring('EEXIST'));
    if (partial) return { id, partial };
  }
}

/** The manifest comes last, then everything lasts, then the backup appears by one rename. */
async function publish(making: Making, content: ManifestContent): Promise<Manifest> {
  const { id, repository, partial, stage } = making;
  const { folder, key, signal } = repository;
  const manifest = manifestOf(content, { id, files: stage.files(), key });
  const growing = join(partial.path, 'backup');
  await writePrivate(join(growing, manifestName), manifestText(manifest, key));
  await syncTree(growing);
  signal.throwIfAborted();
  await rename(growing, join(folder, id));
  await syncFolder(folder);
  return manifest;
}
