import { expect, test } from 'vitest';
import { endpointOf, parseS3, type S3Settings } from '../../../src/repository/s3/address.ts';

const nothing: S3Settings = { endpoint: null, region: null, pathStyle: null };

test.each([
  ['s3://backups', '', 's3://backups'],
  ['s3://backups/', '', 's3://backups'],
  ['S3://backups/shop', 'shop/', 's3://backups/shop'],
  ['s3://backups//shop/daily/', 'shop/daily/', 's3://backups/shop/daily'],
])('%s', (location, prefix, display) => {
  expect(parseS3(location)).toEqual({ bucket: 'backups', prefix, display });
});

test.each(['s3://', 's3:///x', 's3://key:secret@bucket/x', 's3://b/../x', 's3://bucket/x?y=1'])(
  'no place: %s',
  (location) => {
    expect(() => parseS3(location)).toThrow(/names no bucket|is no place in a bucket/);
    expect(() => parseS3(location)).not.toThrow(/secret/);
  },
);

test.each<readonly [string, Partial<S3Settings>, string]>([
  ['backups', {}, 'https://backups.s3.us-east-1.amazonaws.com/'],
  ['backups', { region: 'eu-west-1' }, 'https://backups.s3.eu-west-1.amazonaws.com/'],
  ['backups', { region: 'cn-north-1' }, 'https://backups.s3.cn-north-1.amazonaws.com.cn/'],
  ['back.ups', {}, 'https://s3.us-east-1.amazonaws.com/back.ups/'],
  ['backups', { pathStyle: true }, 'https://s3.us-east-1.amazonaws.com/backups/'],
  ['backups', { endpoint: 'http://minio:9000' }, 'http://minio:9000/backups/'],
  ['backups', { endpoint: 'https://host/s3/' }, 'https://host/s3/backups/'],
  [
    'backups',
    { endpoint: 'https://oss.example', pathStyle: false },
    'https://backups.oss.example/',
  ],
])('%s with %o', (bucket, settings, url) => {
  const { origin, root } = endpointOf(bucket, { ...nothing, ...settings });
  expect(`${origin.origin}${root}`).toBe(url);
});

test.each(['minio:9000', 'ftp://host', 'https://key:secret@host', ''])(
  'no endpoint: %j',
  (text) => {
    expect(() => endpointOf('b1c', { ...nothing, endpoint: text })).toThrow(
      'The endpoint of the store is not a URL to use',
    );
  },
);
