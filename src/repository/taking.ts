import type { Compression, Stage } from '../engines/backing-up.ts';
import { atATime } from './at-a-time.ts';
import { requireCompression } from './compression.ts';
import type { EncryptionKey } from './key.ts';
import { isSafePath } from './manifest-file.ts';
import type { ManifestFile } from './manifest.ts';
import { type Packed, type Packing, storedPath } from './packing.ts';

/** A stage of which the taken files are known. */
export interface FileStage extends Stage {
  /** What was taken, by path; for when all `take`s and `put`s have ended. */
  files(): readonly ManifestFile[];
  /** Waits until no file is being taken any more. Never throws. */
  settled(): Promise<void>;
}

/** How a repository takes in what engines give it. */
export interface Taking {
  readonly id: string;
  /** Where the engine puts its files. */
  readonly folder: string;
  readonly key: EncryptionKey | null;
  /** Of what is given plain. */
  readonly compression: Compression;
  readonly signal: AbortSignal;
  /** Files that are taken at once. */
  readonly most: number;
  /** Takes a file of `folder`, and removes it there. */
  take(path: string, packing: Packing): Promise<Packed>;
  /** Takes a stream. */
  put(bytes: AsyncIterable<Buffer>, packing: Packing): Promise<Packed>;
}

const uncompressed: Compression = { method: 'none', level: null };

/** A stage over a repository's own way of storing; see `Stage`. */
export function stageOf(taking: Taking): FileStage {
  const files = new Map<string, ManifestFile>();
  const works = new Set<Promise<void>>();
  const turn = atATime(taking.most);
  const known = new Set<string>();

  function taken(
    path: string,
    content: 'plain' | 'compressed',
    store: (packing: Packing) => Promise<Packed>,
  ): () => Promise<void> {
    const { id, key } = taking;
    const compression = content === 'plain' ? taking.compression : uncompressed;
    return async () => {
      requireCompression(compression);
      const stored = storedPath(path, compression, key);
      if (!isSafePath(path) || known.has(stored))
        throw new Error(`a backup cannot hold ${path}, or holds it already`);
      known.add(stored);
      const packed = await store({ id, stored, key, compression });
      files.set(stored, {
        ...{ path: stored, content: path, ...packed },
        compression: compression.method,
      });
    };
  }

  function kept(work: Promise<void>): Promise<void> {
    works.add(work);
    return work;
  }

  return {
    folder: taking.folder,
    take: (path, content) =>
      kept(turn(taken(path, content, (packing) => taking.take(path, packing)))),
    // Not in turn: its source may be slow, and wait for what is taken beside it.
    put: (path, bytes, content) =>
      kept(
        taken(path, content, (packing) => taking.put(abortable(bytes, taking.signal), packing))(),
      ),
    files: () => [...files.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    async settled() {
      await Promise.allSettled(works);
    },
  };
}

async function* abortable(
  bytes: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for await (const piece of bytes) {
    signal.throwIfAborted();
    yield piece;
  }
}
