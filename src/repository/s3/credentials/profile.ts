import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { Credentials, CredentialSources } from './credentials.ts';
import { fromProgram } from './program.ts';
import { parseIni, type Sections } from './ini.ts';
import { assumedRole, webIdentityRole } from './sts.ts';

type Profile = Readonly<Record<string, string>>;

/** The files of profiles, both as one; the shared credentials win. Missing ones count as empty. */
async function profiles({ env, home }: Pick<CredentialSources, 'env' | 'home'>): Promise<Sections> {
  const files = [
    env['AWS_CONFIG_FILE'] || join(home, '.aws/config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] || join(home, '.aws/credentials'),
  ];
  const merged = new Map<string, Profile>();
  for (const file of files)
    for (const [name, values] of parseIni(await readIfThere(file)))
      merged.set(name, { ...merged.get(name), ...values });
  return merged;
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return '';
    throw new JemError('file-unreadable', `Cannot read ${file} (${code})`, {
      hint: 'Check who owns the file and its mode.',
      cause: error,
    });
  }
}

function chosen({ env }: Pick<CredentialSources, 'env'>): string {
  return env['AWS_PROFILE'] || 'default';
}

/** The region of the profile in use; null where it names none. */
export async function regionOfProfile(
  sources: Pick<CredentialSources, 'env' | 'home'>,
): Promise<string | null> {
  return (await profiles(sources)).get(chosen(sources))?.['region'] ?? null;
}

/**
 * The credentials of the profile in use: its own keys, those of a program, or a role that it takes
 * on. Throws `store-login-missing` where a profile was named that has none.
 */
export async function fromProfile(sources: CredentialSources): Promise<Credentials | null> {
  const name = chosen(sources);
  const found = await ofProfile(name, await profiles(sources), sources, []);
  if (found === null && sources.env['AWS_PROFILE'])
    throw without(name, 'It has none, or is not there.');
  return found;
}

async function ofProfile(
  name: string,
  all: Sections,
  sources: CredentialSources,
  above: readonly string[],
): Promise<Credentials | null> {
  const profile = all.get(name);
  if (!profile) return null;
  if (above.includes(name)) throw without(name, `It is a source of itself: ${above.join(', ')}.`);
  const { role_arn: role, source_profile: source, region } = profile;
  const session = profile['role_session_name'] ?? 'jem-db';
  const there = { ...sources, region: region ?? sources.region };
  const tokenFile = profile['web_identity_token_file'];
  if (role && tokenFile) return webIdentityRole({ role, session, tokenFile }, there);
  if (role && source && source !== name) {
    const own = await ofProfile(source, all, sources, [...above, name]);
    if (own === null) throw without(source, `Profile ${name} takes its role on with it.`);
    return assumedRole({ role, session, externalId: profile['external_id'] ?? null }, own, there);
  }
  const id = profile['aws_access_key_id'];
  const secret = profile['aws_secret_access_key'];
  const token = profile['aws_session_token'] || null;
  if (id && secret)
    return { accessKeyId: id, secretAccessKey: secret, sessionToken: token, expiresAt: null };
  const program = profile['credential_process'];
  if (program) return fromProgram(program, name, sources);
  if (profile['sso_session'] || profile['sso_start_url'])
    throw without(name, 'It signs in through a browser (SSO), which jem-db does not.', {
      hint: `Put into it: credential_process = aws configure export-credentials --profile ${name}`,
    });
  return null;
}

function without(name: string, why: string, { hint }: { hint?: string } = {}): JemError {
  return new JemError('store-login-missing', `The AWS profile ${name} gives no credentials`, {
    why,
    hint: hint ?? 'Check AWS_PROFILE, ~/.aws/credentials and ~/.aws/config.',
  });
}
