import { defaultCompression } from '../compression.ts';
import type { Repository } from '../contract.ts';
import type { RepositoryOptions } from '../open.ts';
import { endpointOf, parseS3, type S3Settings } from './address.ts';
import { openClient } from './client.ts';
import { credentialChain } from './credentials/chain.ts';
import { regionOfProfile } from './credentials/profile.ts';
import { s3Repository } from './repository.ts';
import { uploading } from './upload.ts';

export interface S3Options extends RepositoryOptions {
  readonly settings: S3Settings;
  /** Where credentials are looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Milliseconds for which a store that has answered before is tried again; a minute unless told. */
  readonly patience?: number;
}

/** Milliseconds: a store that restarts, or a network that is down for a moment, is waited for. */
const usualPatience = 60_000;

/**
 * Opens the repository at `s3://bucket/prefix`; reads the profile in use, and asks the store
 * nothing yet. Throws `bad-setting`, `file-unreadable`.
 */
export async function openS3Repository(options: S3Options): Promise<Repository> {
  const { location, settings, env, home, key, compression, signal, patience } = options;
  const { bucket, prefix, display } = parseS3(location);
  const region = settings.region ?? (await regionOfProfile({ env, home }));
  const endpoint = endpointOf(bucket, { ...settings, region });
  const credentials = credentialChain({ env, home, region: endpoint.region, signal });
  return s3Repository({
    client: openClient({
      ...{ endpoint, display, credentials, signal },
      patience: patience ?? usualPatience,
    }),
    ...{ prefix, display, key, signal },
    compression: compression ?? defaultCompression(),
    uploading: uploading(),
  });
}
