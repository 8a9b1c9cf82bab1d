import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { endpointOf } from '../../../src/repository/s3/address.ts';
import { openClient } from '../../../src/repository/s3/client.ts';
import { get, putNew } from '../../../src/repository/s3/objects.ts';
import { hasStore } from '../../support/s3.ts';
import { bucketClient, newPlace, prefixOf } from '../bucket.ts';

/**
 * What Swift cannot: a server that keeps objects in memory, and takes a conditional put as Amazon S3
 * documents it. `lose`: the answer to a put that was done never arrives.
 */
async function conditionalStore(lose: 'nothing' | 'the first answer') {
  const objects = new Map<string, Buffer>();
  let lost = lose === 'nothing';
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request;
    void buffer(request).then((body) => {
      const there = objects.get(url);
      if (method === 'GET') return response.writeHead(there ? 200 : 404).end(there ?? '');
      if (there && headers['if-none-match'] === '*')
        return response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
      objects.set(url, body);
      if (lost) return response.end();
      lost = true;
      return request.socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { accessKeyId: 'I', secretAccessKey: 'S', sessionToken: null, expiresAt: null };
  return {
    client: openClient({
      endpoint: endpointOf('backups', { endpoint, region: null, pathStyle: null }),
      ...{ display: 's3://backups', credentials: async () => keys, patience: 1000 },
      signal: new AbortController().signal,
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const [ours, theirs] = [Buffer.from('ours'), Buffer.from('theirs')];

describe('a put on the condition that nothing is there', () => {
  test('never replaces what somebody else has written', async () => {
    await using store = await conditionalStore('nothing');
    expect(await putNew(store.client, 'a', theirs)).toBe('written');
    expect(await putNew(store.client, 'a', ours)).toBe('taken');
    expect(await get(store.client, 'a')).toEqual(theirs);
  });

  test('knows its own object again, of a try whose answer was lost', async () => {
    await using store = await conditionalStore('the first answer');
    expect(await putNew(store.client, 'a', ours)).toBe('written');
    expect(await get(store.client, 'a')).toEqual(ours);
  });

  test.runIf(hasStore())(
    'is refused by a store that knows none, and nothing is written',
    async () => {
      const key = `${prefixOf(await newPlace())}a`;
      expect(await putNew(bucketClient(), key, ours)).toBe('refused');
      expect(await get(bucketClient(), key)).toBe(null);
    },
  );
});
