import { JemError } from '../../errors.ts';

/** How a bucket is reached, as the settings say it; null: not said. */
export interface S3Settings {
  /** As `https://minio.example:9000`; null: Amazon's own. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** Whether the bucket is named in the path of a URL instead of in its host's name. */
  readonly pathStyle: boolean | null;
}

/** A place in a bucket. */
export interface S3Address {
  readonly bucket: string;
  /** What all keys begin with: empty, or ending with a slash. */
  readonly prefix: string;
  /** For the reader, as `s3://bucket/prefix`. */
  readonly display: string;
}

/** Reads `s3://bucket/prefix`. Throws `bad-setting`. */
export function parseS3(location: string): S3Address {
  const [bucket = '', ...parts] = location.replace(/^s3:\/\//i, '').split('/');
  const folders = parts.filter((part) => part !== '');
  if (!/^[a-zA-Z0-9][\w.-]{1,254}$/.test(bucket))
    throw new JemError('bad-setting', `"${location}" names no bucket`, {
      why: bucket.includes('@')
        ? 'Credentials have no place in it.'
        : 'A bucket has a name of letters, digits, dots and hyphens.',
      hint: 'Write s3://BUCKET or s3://BUCKET/PREFIX; credentials come from AWS_ACCESS_KEY_ID and its kin.',
    });
  if (folders.some((part) => part === '.' || part === '..' || /[?#\0]/.test(part)))
    throw new JemError('bad-setting', `"${location}" is no place in a bucket`, {
      why: 'A prefix has no "." or ".." in it, and neither ? nor #.',
      hint: 'Write s3://BUCKET/PREFIX; where the store is, is said with --s3-endpoint.',
    });
  const prefix = folders.map((part) => `${part}/`).join('');
  return { bucket, prefix, display: ['s3:/', bucket, ...folders].join('/') };
}

/** Where requests for a bucket go. */
export interface Endpoint {
  readonly origin: URL;
  readonly region: string;
  /** What stands before a key: `/bucket/`, or `/`. */
  readonly root: string;
}

/** Throws `bad-setting`. */
export function endpointOf(bucket: string, settings: S3Settings): Endpoint {
  const region = settings.region ?? 'us-east-1';
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(region))
    throw new JemError('bad-setting', `"${region}" is no region`, {
      hint: 'Write it as eu-central-1.',
    });
  // Amazon's certificate covers one label before its name.
  const dotted = bucket.includes('.');
  const inPath = settings.pathStyle ?? (settings.endpoint !== null || dotted);
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const origin = originOf(settings.endpoint ?? `https://s3.${region}.${suffix}`);
  const folder = origin.pathname.replace(/\/*$/, '/');
  if (!inPath) origin.hostname = `${bucket}.${origin.hostname}`;
  return { origin, region, root: inPath ? `${folder}${bucket}/` : folder };
}

function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url;
  throw new JemError('bad-setting', 'The endpoint of the store is not a URL to use', {
    why: url?.username
      ? 'Credentials have no place in it.'
      : 'It must begin with https:// or http://, and end with the host, its port or a path.',
    hint: 'Write it as https://minio.example:9000 (--s3-endpoint).',
  });
}
