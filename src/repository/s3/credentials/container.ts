import { readFile } from 'node:fs/promises';
import { JemError } from '../../../errors.ts';
import { ask, jsonOf } from './ask.ts';
import { type Credentials, credentialsIn, type CredentialSources } from './credentials.ts';

/** The task's role, from the agent beside a container (ECS, EKS Pod Identity). */
export async function fromContainer({
  env,
  signal,
}: CredentialSources): Promise<Credentials | null> {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative } = env;
  const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  const text = relative ? `http://169.254.170.2${relative}` : full;
  if (!text) return null;
  const url = requireSafe(text);
  const headers = await authorization(env);
  const answer = await ask({ method: 'GET', url, headers, patience: 5000 }, signal).catch(
    () => null,
  );
  signal.throwIfAborted();
  const found = answer?.status === 200 ? credentialsIn(jsonOf(answer.text)) : null;
  if (found) return found;
  throw new JemError('store-login-missing', 'The agent of this container gave no credentials', {
    why: answer ? `It answered ${answer.status}.` : `It does not answer at ${url.origin}.`,
    hint: 'Check that the task or the pod has a role.',
  });
}

/** A token goes to this machine or over TLS, and nowhere else. */
function requireSafe(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const hosts = ['localhost', '127.0.0.1', '[::1]', '169.254.170.2', '169.254.170.23'];
  if (url && (url.protocol === 'https:' || [...hosts, '[fd00:ec2::23]'].includes(url.hostname)))
    return url;
  throw new JemError('bad-setting', 'AWS_CONTAINER_CREDENTIALS_FULL_URI is no place to trust', {
    why: 'It must begin with https://, or lead to this machine or its agent.',
  });
}

async function authorization(
  env: CredentialSources['env'],
): Promise<Readonly<Record<string, string>>> {
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const token = file
    ? (await readFile(file, 'utf8')).trim()
    : env['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  return token ? { authorization: token } : {};
}
