import { JemError } from '../../../errors.ts';
import { fromContainer } from './container.ts';
import type { Credentials, CredentialSources } from './credentials.ts';
import { fromInstance } from './instance.ts';
import { fromProfile } from './profile.ts';
import { fromWebIdentity } from './web-identity.ts';

/** Milliseconds before their end at which credentials are asked for anew. */
const ahead = 5 * 60_000;

/**
 * The credentials to use, found where the AWS tools look, in their order (docs.aws.amazon.com,
 * "Standardized credential providers"), and renewed before they expire. Throws
 * `store-login-missing`.
 */
export function credentialChain(sources: CredentialSources): () => Promise<Credentials> {
  let held: Credentials | null = null;
  let asking: Promise<Credentials> | null = null;
  const endOf = ({ expiresAt }: Credentials): number => expiresAt ?? Infinity;
  return async () => {
    if (held && endOf(held) - Date.now() > ahead) return held;
    try {
      return (held = await (asking ??= find(sources)));
    } catch (error) {
      // What is about to end is good for a moment still, where there is nothing newer.
      if (held && endOf(held) > Date.now()) return held;
      throw error;
    } finally {
      asking = null;
    }
  };
}

async function find(sources: CredentialSources): Promise<Credentials> {
  const ways = [fromEnvironment, fromProfile, fromWebIdentity, fromContainer, fromInstance];
  for (const way of ways) {
    const found = await way(sources);
    if (found) return found;
  }
  throw new JemError('store-login-missing', 'There are no credentials for the store of backups', {
    why: 'Neither the environment nor a profile, a web identity, the container or the instance has any.',
    hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for one of ~/.aws/credentials.',
  });
}

async function fromEnvironment({ env }: CredentialSources): Promise<Credentials | null> {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env;
  // A profile that was named is meant, as for the AWS command line.
  if (!id || !secret || env['AWS_PROFILE']) return null;
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: token || null, expiresAt: null };
}
