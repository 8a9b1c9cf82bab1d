import { atATime } from '../at-a-time.ts';
import type { Client } from './client.ts';
import { type BlockPool, blockPool, filling } from './blocks.ts';
import { put } from './objects.ts';
import { isRefusal } from './store-errors.ts';
import { elementsOf, escaped, textIn } from './xml.ts';

/**
 * Bytes of the first parts; a store takes none below 5 MiB but the last. Each costs a store much more
 * than its bytes do, and a segment of the log that does not get smaller still fits into one, with its
 * frames.
 */
const firstPart = 16.5 * 1024 * 1024;
/** Parts of one size: the next ones are twice as large, so that 10,000 make 5 TiB. */
const partsOfASize = 1250;

/** Milliseconds that tidying up after a failure may take. */
const tidying = 10_000;

type Turn = ReturnType<typeof atATime>;

/** What all uploads of a repository share. */
export interface Uploading {
  /** How many parts are on their way at once: each is in memory until it is there. */
  readonly turn: Turn;
  /** The same for parts that are larger than the first ones. */
  readonly largeTurn: Turn;
  readonly pool: BlockPool;
}

export function uploading(): Uploading {
  return { turn: atATime(2), largeTurn: atATime(1), pool: blockPool() };
}

/**
 * Writes a stream as one object, which appears when all of it is there. A part that fails is sent
 * again alone. Memory holds a part that fills, and those on their way. Fails as `Client.request`
 * and as the stream do, and leaves nothing then.
 */
export async function upload(
  client: Client,
  key: string,
  stream: AsyncIterable<Buffer>,
  shared: Uploading,
): Promise<void> {
  let multipart: Multipart | null = null;
  try {
    for await (const { pieces, isLast } of partsOf(stream, shared.pool)) {
      client.signal.throwIfAborted();
      if (isLast && multipart === null) {
        await shared.turn(() => put(client, key, pieces));
        shared.pool.release(pieces);
        return;
      }
      multipart ??= await begin(client, key, shared);
      await multipart.send(pieces);
    }
    await multipart?.complete();
  } catch (error) {
    await multipart?.abort();
    throw error;
  }
}

interface Part {
  readonly pieces: readonly Buffer[];
  readonly isLast: boolean;
}

/** Cuts a stream into parts, none of them empty unless all is. */
async function* partsOf(stream: AsyncIterable<Buffer>, pool: BlockPool): AsyncGenerator<Part> {
  let part = filling(pool);
  let number = 0;
  for await (const piece of stream) {
    if (part.length() >= firstPart * 2 ** Math.floor(number / partsOfASize)) {
      yield { pieces: part.pieces(), isLast: false };
      part = filling(pool);
      number++;
    }
    part.add(piece);
  }
  yield { pieces: part.pieces(), isLast: true };
}

interface Multipart {
  /** Sends a part when there is room for it; what fails is told by the next call. */
  send(pieces: readonly Buffer[]): Promise<void>;
  complete(): Promise<void>;
  /** Never throws: what is left is swept. */
  abort(): Promise<void>;
}

async function begin(client: Client, key: string, shared: Uploading): Promise<Multipart> {
  const { text } = await client.text({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = textIn(text, 'UploadId');
  const tags: string[] = [];
  const sending = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;

  async function sendPart(pieces: readonly Buffer[], index: number): Promise<void> {
    const query = { partNumber: String(index + 1), uploadId };
    const { answer } = await client.text({ method: 'PUT', key, query, body: pieces });
    tags[index] = answer.headers.etag ?? '';
  }

  return {
    async send(pieces) {
      const index = tags.length;
      tags.push('');
      const turn = index < partsOfASize ? shared.turn : shared.largeTurn;
      // It resolves when the part is on its way: only then is there memory for the next one.
      await new Promise<void>((resolve) => {
        const one = turn(async () => {
          resolve();
          if (failure === null) await sendPart(pieces, index);
          shared.pool.release(pieces);
        }).catch((error: unknown) => void (failure ??= { error }));
        sending.add(one);
        void one.finally(() => sending.delete(one));
      });
      if (failure) throw failure.error;
    },
    async complete() {
      await Promise.all(sending);
      if (failure) throw failure.error;
      const parts = tags.map(
        (tag, index) =>
          `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`,
      );
      const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
      await complete(client, key, uploadId, Buffer.from(body));
    },
    async abort() {
      await Promise.all(sending);
      const apart = client.until(AbortSignal.timeout(tidying));
      await abortUpload(apart, { key, uploadId }).catch(() => {});
    },
  };
}

async function complete(
  client: Client,
  key: string,
  uploadId: string,
  body: Buffer,
): Promise<void> {
  try {
    await client.text({ method: 'POST', key, query: { uploadId }, body: [body] });
  } catch (error) {
    // Gone, because an earlier try was heard whose answer was lost; the manifest's check sees more.
    if (!isRefusal(error, 404)) throw error;
    const answer = await client.request({ method: 'HEAD', key });
    answer.resume();
  }
}

/** An upload that was begun and is not complete: its parts take room, and nobody sees them. */
export interface Unfinished {
  readonly key: string;
  readonly uploadId: string;
}

export async function abortUpload(client: Client, { key, uploadId }: Unfinished): Promise<void> {
  const answer = await client
    .request({ method: 'DELETE', key, query: { uploadId } })
    .catch((error: unknown) => {
      if (!isRefusal(error, 404)) throw error;
    });
  answer?.resume();
}

/** A store that cannot list them sees to them itself, or never. */
function noneKnown(error: unknown): { readonly text: string } {
  if (isRefusal(error, 501)) return { text: '' };
  throw error;
}

/** Uploads that are not complete, with the time by the store's clock at which each began. */
export async function unfinishedUploads(
  client: Client,
  prefix: string,
): Promise<readonly (Unfinished & { readonly begunAt: number })[]> {
  const found: (Unfinished & { readonly begunAt: number })[] = [];
  for (let markers: Record<string, string> = {}; ;) {
    const query = { uploads: '', prefix, ...markers };
    const { text } = await client.text({ method: 'GET', key: '', query }).catch(noneKnown);
    for (const inner of elementsOf(text, 'Upload'))
      found.push({
        key: textIn(inner, 'Key'),
        uploadId: textIn(inner, 'UploadId'),
        begunAt: Date.parse(textIn(inner, 'Initiated')),
      });
    if (textIn(text, 'IsTruncated') !== 'true') return found;
    markers = {
      'key-marker': textIn(text, 'NextKeyMarker'),
      'upload-id-marker': textIn(text, 'NextUploadIdMarker'),
    };
  }
}
