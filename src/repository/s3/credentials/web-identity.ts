import type { Credentials, CredentialSources } from './credentials.ts';
import { webIdentityRole } from './sts.ts';

/** The role of a Kubernetes service account, or of another identity that is told by a token. */
export async function fromWebIdentity(sources: CredentialSources): Promise<Credentials | null> {
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: role } = sources.env;
  if (!tokenFile || !role) return null;
  const session = sources.env['AWS_ROLE_SESSION_NAME'] || 'jem-db';
  return webIdentityRole({ role, session, tokenFile }, sources);
}
