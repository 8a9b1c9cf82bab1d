import { JemError } from '../../errors.ts';
import { atATime } from '../at-a-time.ts';
import { damageOf } from '../backup-errors.ts';
import type { FileCheck } from '../contract.ts';
import { difference, ownersOf } from '../difference.ts';
import type { Manifest } from '../manifest.ts';
import { type Digest, measured } from '../measured.ts';
import { backupPrefix } from './names.ts';
import { read } from './objects.ts';
import type { S3Repository } from './place.ts';
import { isRefusal } from './store-errors.ts';

/** Reads every object that a manifest names: several at a time, told in its order. */
export function inspectFiles(
  repository: S3Repository,
  manifest: Manifest,
  onFile: (checked: FileCheck) => void,
): Promise<readonly FileCheck[]> {
  const turn = atATime(4);
  const owners = ownersOf(manifest);
  const { id, files } = manifest;
  return Promise.all(
    files.map((file) =>
      turn(async () => {
        const checked = await examine(repository, id, file.path, async (key) =>
          difference(file, await digestOf(read(repository.client, key)), owners),
        );
        onFile(checked);
        return checked;
      }),
    ),
  );
}

/** Looks at one object of a backup; `look` returns what is wrong, or nothing. */
export async function examine(
  repository: S3Repository,
  id: string,
  path: string,
  look: (key: string) => Promise<string>,
): Promise<FileCheck> {
  try {
    const detail = await look(`${backupPrefix(repository, id)}${path}`);
    return { path, ok: detail === '', detail };
  } catch (error) {
    return { path, ok: false, detail: wordsOf(error, id, path) };
  }
}

/** A store that cannot be reached says nothing about a file. */
function wordsOf(error: unknown, id: string, path: string): string {
  if (isRefusal(error, 404) && error.refusal.code !== 'NoSuchBucket') return 'is missing';
  if (isRefusal(error, 412)) return 'was replaced while it was read';
  const isDamage = error instanceof JemError && error.code.startsWith('backup-');
  if (!isDamage) throw error;
  return damageOf(error, id, path);
}

async function digestOf(source: AsyncIterable<Buffer>): Promise<Digest> {
  const { stream, digest } = measured(source);
  for await (const _piece of stream);
  return digest();
}
