import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { JemError } from '../../../errors.ts';
import { type Credentials, credentialsIn, type CredentialSources } from './credentials.ts';

/** Runs `credential_process` of a profile, which prints its credentials as JSON. */
export async function fromProgram(
  command: string,
  profile: string,
  { env, signal }: CredentialSources,
): Promise<Credentials> {
  const child = spawn('/bin/sh', ['-c', command], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    signal,
  });
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  const [output, isWell] = await Promise.all([text(child.stdout), ended]);
  signal.throwIfAborted();
  const found = isWell ? credentialsIn(parsed(output)) : null;
  if (found) return found;
  throw new JemError('store-login-missing', `The AWS profile ${profile} gives no credentials`, {
    why: 'Its credential_process failed, or printed none.',
    hint: 'Run that program by hand.',
  });
}

function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}
