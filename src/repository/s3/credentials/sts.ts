import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { JemError } from '../../../errors.ts';
import { signed } from '../signing.ts';
import { textIn } from '../xml.ts';
import { ask } from './ask.ts';
import { type Credentials, credentialsIn, type CredentialSources } from './credentials.ts';

interface Role {
  readonly role: string;
  readonly session: string;
}

/** Takes a role on with a token that a file holds, as Kubernetes mounts one. */
export async function webIdentityRole(
  { role, session, tokenFile }: Role & { readonly tokenFile: string },
  sources: CredentialSources,
): Promise<Credentials> {
  const token = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new JemError(
      'file-missing',
      `Cannot read the identity token ${tokenFile} (${error.code})`,
      {
        hint: 'Check AWS_WEB_IDENTITY_TOKEN_FILE, and that this user may read the file.',
        cause: error,
      },
    );
  });
  const wish = { Action: 'AssumeRoleWithWebIdentity', WebIdentityToken: token.trim() };
  return take({ ...wish, RoleArn: role, RoleSessionName: session }, null, sources);
}

/** Takes a role on with other credentials. */
export function assumedRole(
  { role, session, externalId }: Role & { readonly externalId: string | null },
  own: Credentials,
  sources: CredentialSources,
): Promise<Credentials> {
  const external = externalId === null ? {} : { ExternalId: externalId };
  const wish = { Action: 'AssumeRole', RoleArn: role, RoleSessionName: session, ...external };
  return take(wish, own, sources);
}

async function take(
  wish: Readonly<Record<string, string>>,
  own: Credentials | null,
  { env, region, signal }: CredentialSources,
): Promise<Credentials> {
  const at = env['AWS_ENDPOINT_URL_STS'] || `https://sts.${region}.amazonaws.com`;
  const url = new URL('/', at);
  const body = new URLSearchParams({ ...wish, Version: '2011-06-15' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const payload = createHash('sha256').update(body).digest('hex');
  const scope = own && { credentials: own, region, service: 'sts', at: new Date() };
  const question = {
    ...{ method: 'POST' as const, url, body, patience: 20_000 },
    headers: scope ? signed({ method: 'POST', url, headers, payload }, scope) : headers,
  };
  const { status, text } = await ask(question, signal).catch((error: NodeJS.ErrnoException) => {
    signal.throwIfAborted();
    throw new JemError('store-unreachable', `${url.origin} cannot be reached for credentials`, {
      hint: 'Check the network, the region and AWS_ENDPOINT_URL_STS.',
      original: error.message,
    });
  });
  const names = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'];
  const found = credentialsIn(Object.fromEntries(names.map((name) => [name, textIn(text, name)])));
  if (found) return found;
  throw new JemError('store-login-refused', `The role ${wish['RoleArn']} was not given`, {
    why: `${url.origin} refused it.`,
    hint: 'Check its trust policy, and the identity that asks for it.',
    original: [status, textIn(text, 'Code'), textIn(text, 'Message')].filter(Boolean).join(' '),
  });
}
