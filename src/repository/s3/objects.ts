import { type Client, dateOf } from './client.ts';
import { isRefusal } from './store-errors.ts';
import { textOf } from './transport.ts';
import { elementsOf, textIn } from './xml.ts';

/** An object as a store lists it. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  /** By the store's clock, in milliseconds since 1970. */
  readonly changedAt: number;
}

export interface Listing {
  readonly objects: readonly Listed[];
  /** What follows a prefix up to the next delimiter, with both. */
  readonly folders: readonly string[];
  /** What time it was by the store's clock. */
  readonly now: number;
}

/** All objects whose keys begin so; with `delimiter`, those below a folder are told as one. */
export async function list(client: Client, prefix: string, delimiter?: '/'): Promise<Listing> {
  const objects: Listed[] = [];
  const folders: string[] = [];
  const query = {
    'list-type': '2',
    prefix,
    'encoding-type': 'url',
    ...(delimiter && { delimiter }),
  };
  for (let token = ''; ;) {
    const more = token === '' ? {} : { 'continuation-token': token };
    const { text, answer } = await client.text({
      ...{ method: 'GET', key: '', query: { ...query, ...more } },
    });
    const isEncoded = textIn(text, 'EncodingType') === 'url';
    const named = (inner: string, name: string): string =>
      isEncoded ? decoded(textIn(inner, name)) : textIn(inner, name);
    for (const inner of elementsOf(text, 'Contents'))
      objects.push({
        key: named(inner, 'Key'),
        bytes: Number(textIn(inner, 'Size')),
        changedAt: Date.parse(textIn(inner, 'LastModified')),
      });
    for (const inner of elementsOf(text, 'CommonPrefixes')) folders.push(named(inner, 'Prefix'));
    token = textIn(text, 'NextContinuationToken');
    if (textIn(text, 'IsTruncated') !== 'true' || token === '')
      return { objects, folders, now: dateOf(answer) };
  }
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', '%20'));
}

/** A small object as a whole; null where there is none. Fails as `Client.request` does. */
export async function get(client: Client, key: string): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of read(client, key)) pieces.push(piece);
    return Buffer.concat(pieces);
  } catch (error) {
    if (isRefusal(error, 404) && error.refusal.code !== 'NoSuchBucket') return null;
    throw error;
  }
}

/**
 * The bytes of an object. A connection that breaks is taken up again where it broke, as long as the
 * object is the same one. Fails as `Client.request` does.
 */
export async function* read(client: Client, key: string): AsyncGenerator<Buffer> {
  let at = 0;
  let tag = '';
  let total = Infinity;
  let trying = client.tries();
  for (;;) {
    const rest = { range: `bytes=${at}-`, ...(tag !== '' && { 'if-match': tag }) };
    const answer = await client.request({ method: 'GET', key, headers: at === 0 ? {} : rest });
    tag = answer.headers.etag ?? '';
    if (at === 0) total = Number(answer.headers['content-length'] ?? Infinity);
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        at += piece.length;
        yield piece;
        trying = client.tries();
      }
      return;
    } catch (error) {
      // Nothing can be asked for behind the last byte.
      if (at >= total) return;
      await trying.again(error);
    }
  }
}

/** Writes a small object. Throws as `Client.request` does. */
export async function put(
  client: Client,
  key: string,
  body: readonly Buffer[],
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  await client.text({ method: 'PUT', key, body, headers });
}

/**
 * Writes an object where there is none of that key. `taken`: there is another. `refused`: the store
 * knows no such condition, and nothing was written.
 */
export async function putNew(
  client: Client,
  key: string,
  body: Buffer,
): Promise<'written' | 'taken' | 'refused'> {
  try {
    await put(client, key, [body], { 'if-none-match': '*' });
    return 'written';
  } catch (error) {
    if (isRefusal(error, 501)) return 'refused';
    if (!isRefusal(error, 412)) throw error;
    // It may be our own, of a try whose answer was lost.
    return (await get(client, key))?.equals(body) ? 'written' : 'taken';
  }
}

/** Whether any key begins so. */
export async function isAny(client: Client, prefix: string): Promise<boolean> {
  const query = { 'list-type': '2', 'max-keys': '1', prefix };
  const { text } = await client.text({ method: 'GET', key: '', query });
  return elementsOf(text, 'Contents').length > 0;
}

export async function isObject(client: Client, key: string): Promise<boolean> {
  try {
    const answer = await client.request({ method: 'HEAD', key });
    await textOf(answer);
    return true;
  } catch (error) {
    if (isRefusal(error, 404)) return false;
    throw error;
  }
}

/** Removes objects; one that is not there is removed already. */
export async function remove(client: Client, keys: readonly string[]): Promise<void> {
  const waiting = keys.values();
  const worker = async (): Promise<void> => {
    for (const key of waiting) {
      const answer = await client.request({ method: 'DELETE', key }).catch((error: unknown) => {
        if (!isRefusal(error, 404)) throw error;
      });
      answer?.resume();
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}
