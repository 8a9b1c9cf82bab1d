import { ask, jsonOf, type Question } from './ask.ts';
import { type Credentials, credentialsIn, type CredentialSources } from './credentials.ts';

/** Milliseconds: whoever is on no such machine must not wait long. */
const patience = 1000;
const path = '/latest/meta-data/iam/security-credentials/';

/** The role of the virtual machine, from its metadata (IMDSv2); null where it is none. */
export async function fromInstance({
  env,
  signal,
}: CredentialSources): Promise<Credentials | null> {
  if (env['AWS_EC2_METADATA_DISABLED'] === 'true') return null;
  const base = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || 'http://169.254.169.254';
  const told = async (question: Pick<Question, 'method' | 'headers'>, at: string) => {
    const url = new URL(at, base);
    const answer = await ask({ ...question, url, patience }, signal).catch(() => null);
    signal.throwIfAborted();
    return answer?.status === 200 ? answer.text.trim() : null;
  };
  const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
  const token = await told({ method: 'PUT', headers: lifetime }, '/latest/api/token');
  if (token === null) return null;
  const question = { method: 'GET' as const, headers: { 'x-aws-ec2-metadata-token': token } };
  const role = (await told(question, path))?.split('\n')[0];
  if (!role) return null;
  return credentialsIn(jsonOf((await told(question, `${path}${role}`)) ?? ''));
}
