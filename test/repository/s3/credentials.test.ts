import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { credentialChain } from '../../../src/repository/s3/credentials/chain.ts';
import { regionOfProfile } from '../../../src/repository/s3/credentials/profile.ts';
import { signed } from '../../../src/repository/s3/signing.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { rejection } from '../../support/rejection.ts';

// Amazon's own services are not to be had here: what answers is a server that speaks as their
// documentation says, and tells what it was asked.

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function service(answer: (asked: Asked) => string | null) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    void text(request).then((sent) => {
      asked.push({ method, url, headers, body: sent });
      const body = answer(asked.at(-1)!);
      response.writeHead(body === null ? 404 : 200).end(body ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const asJson = (id: string, expires = inAnHour): string =>
  JSON.stringify({
    ...{ Version: 1, AccessKeyId: id, SecretAccessKey: 'S', Token: 'T', Expiration: expires },
  });
const asXml = (id: string): string =>
  `<R><Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>S&amp;S</SecretAccessKey><SessionToken>T</SessionToken><Expiration>${inAnHour}</Expiration></Credentials></R>`;

/** Credentials as they are found with an environment and the files of a home. */
async function found(
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
) {
  await using home = await temporaryFolder();
  await mkdir(join(home.path, '.aws'));
  for (const [name, content] of Object.entries(files))
    await writeFile(join(home.path, '.aws', name), content);
  const signal = new AbortController().signal;
  const off = { AWS_EC2_METADATA_DISABLED: 'true', PATH: process.env['PATH'] };
  const sources = { env: { ...off, ...env }, home: home.path, region: 'eu-west-1', signal };
  return await credentialChain(sources)();
}

const keys = 'aws_access_key_id = ID\naws_secret_access_key = SECRET # not this\n';

test('the signature is the one of the documentation of Amazon S3', () => {
  const headers = signed(
    {
      method: 'GET',
      url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
      headers: { range: 'bytes=0-9' },
      payload: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    },
    {
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        ...{ sessionToken: null, expiresAt: null },
      },
      ...{ region: 'us-east-1', service: 's3', at: new Date('2013-05-24T00:00:00Z') },
    },
  );
  expect(headers['authorization']).toBe(
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  );
});

describe('credentials', () => {
  const fromVariables = { AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'S' };

  test('of the environment', async () => {
    expect(await found({ ...fromVariables, AWS_SESSION_TOKEN: 'T' })).toEqual({
      ...{ accessKeyId: 'E', secretAccessKey: 'S', sessionToken: 'T', expiresAt: null },
    });
  });

  test.each<readonly [string, Record<string, string>, Record<string, string>]>([
    ['the default one', {}, { credentials: `[default]\n${keys}` }],
    ['one that is named', { AWS_PROFILE: 'b' }, { credentials: `[a]\nx=1\n[b]\n${keys}` }],
    [
      'one that is named beside keys',
      { ...fromVariables, AWS_PROFILE: 'b' },
      { config: `[profile b]\n${keys}` },
    ],
    ['of both files', {}, { config: '[default]\nregion = x\n', credentials: `[default]\n${keys}` }],
  ])('of a profile: %s', async (_name, env, files) => {
    expect(await found(env, files)).toMatchObject({ accessKeyId: 'ID', secretAccessKey: 'SECRET' });
  });

  test('of a program that a profile names', async () => {
    const config = `[default]\ncredential_process = echo '${asJson('P')}'\n`;
    expect(await found({}, { config })).toMatchObject({ accessKeyId: 'P' });
    const failing = found({}, { config: '[default]\ncredential_process = false\n' });
    expect(await rejection(failing)).toMatchObject({ code: 'store-login-missing' });
  });

  test('of a role that a profile takes on with another', async () => {
    await using sts = await service(() => asXml('R'));
    const config = `[profile a]\nrole_arn = arn:r\nsource_profile = b\nexternal_id = x\n[profile b]\n${keys}`;
    const env = { AWS_PROFILE: 'a', AWS_ENDPOINT_URL_STS: sts.url };
    expect(await found(env, { config })).toEqual({
      ...{ accessKeyId: 'R', secretAccessKey: 'S&S', sessionToken: 'T' },
      expiresAt: Date.parse(inAnHour),
    });
    const [{ body, headers } = { body: '', headers: {} as IncomingMessage['headers'] }] = sts.asked;
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      ...{ Action: 'AssumeRole', RoleArn: 'arn:r', RoleSessionName: 'jem-db', ExternalId: 'x' },
      Version: '2011-06-15',
    });
    expect(headers.authorization).toMatch(/Credential=ID\/\d{8}\/eu-west-1\/sts\/aws4_request/);
  });

  test('of a web identity', async () => {
    await using sts = await service(() => asXml('W'));
    await using folder = await temporaryFolder();
    const token = join(folder.path, 'token');
    await writeFile(token, 'the-token\n');
    const env = { AWS_ROLE_ARN: 'arn:w', AWS_WEB_IDENTITY_TOKEN_FILE: token };
    expect(await found({ ...env, AWS_ENDPOINT_URL_STS: sts.url })).toMatchObject({
      accessKeyId: 'W',
    });
    expect(sts.asked[0]?.body).toContain('WebIdentityToken=the-token&');
    expect(sts.asked[0]?.headers.authorization).toBeUndefined();
    await using refusing = await service(() => '<Error><Code>AccessDenied</Code></Error>');
    expect(await rejection(found({ ...env, AWS_ENDPOINT_URL_STS: refusing.url }))).toMatchObject({
      code: 'store-login-refused',
    });
  });

  test('of the agent of a container', async () => {
    await using agent = await service(({ url }) => (url === '/role' ? asJson('C') : null));
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/role`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-token',
    };
    expect(await found(env)).toMatchObject({ accessKeyId: 'C', sessionToken: 'T' });
    expect(agent.asked[0]?.headers.authorization).toBe('the-token');
    const elsewhere = { ...env, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.com/role' };
    expect(await rejection(found(elsewhere))).toMatchObject({ code: 'bad-setting' });
  });

  test('of the instance', async () => {
    const path = '/latest/meta-data/iam/security-credentials/';
    await using metadata = await service(({ url, headers, method }) => {
      if (url === '/latest/api/token') return method === 'PUT' ? 'a-token' : null;
      if (headers['x-aws-ec2-metadata-token'] !== 'a-token') return null;
      if (url === path) return 'the-role\n';
      return url === `${path}the-role` ? asJson('I') : null;
    });
    const env = {
      AWS_EC2_METADATA_DISABLED: '',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.url,
    };
    expect(await found(env)).toMatchObject({ accessKeyId: 'I', sessionToken: 'T' });
  });

  test('that end are asked for again before they do', async () => {
    let count = 0;
    const soon = new Date(Date.now() + 60_000).toISOString();
    await using agent = await service(() => asJson(`C${++count}`, count === 1 ? soon : inAnHour));
    const ask = credentialChain({
      env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.url },
      ...{ home: '/nonexistent', region: 'x', signal: new AbortController().signal },
    });
    const ids = [await ask(), await ask(), await ask()].map(({ accessKeyId }) => accessKeyId);
    expect(ids.at(-1)).toBe('C2');
    expect(count).toBe(2);
  });

  test.each<readonly [string, Record<string, string>, string, string]>([
    ['nowhere', {}, '', 'There are no credentials for the store of backups'],
    [
      'of a profile that is not there',
      { AWS_PROFILE: 'x' },
      keys,
      'The AWS profile x gives no credentials',
    ],
    [
      'of a profile that signs in through a browser',
      {},
      '[default]\nsso_session = s\n',
      'The AWS profile default gives no credentials',
    ],
    [
      'of profiles that name each other',
      { AWS_PROFILE: 'a' },
      '[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n',
      'The AWS profile a gives no credentials',
    ],
  ])('%s', async (_name, env, config, message) => {
    expect(await rejection(found(env, { config }))).toMatchObject({
      ...{ code: 'store-login-missing', exitCode: 2, message },
    });
  });
});

test('the region of the profile in use', async () => {
  await using home = await temporaryFolder();
  await mkdir(join(home.path, '.aws'));
  await writeFile(join(home.path, '.aws/config'), '[profile b]\nregion = eu-central-1\n');
  const env = { AWS_PROFILE: 'b' };
  expect(await regionOfProfile({ env, home: home.path })).toBe('eu-central-1');
  expect(await regionOfProfile({ env: {}, home: home.path })).toBe(null);
});
