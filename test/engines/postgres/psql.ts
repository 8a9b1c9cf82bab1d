import { join } from 'node:path';
import { execa } from 'execa';
import { JemError } from '../../../src/errors.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { opened, type Connecting } from './connecting.ts';

/** How a connection came out: `plain`, `TLS`, or refused. */
export interface Outcome {
  readonly result: string;
  /** Why it was refused, for the message of a test that fails. */
  readonly words: string;
}

const question = `select case when ssl then 'TLS' else 'plain' end as result
  from pg_stat_ssl where pid = pg_backend_pid()`;

/** The reference: psql with the newest libpq there is, the same URL, and nothing else. */
export async function byPsql(
  url: string,
  { home, env = {} }: Connecting & { readonly home: string },
  sql = question,
): Promise<Outcome> {
  const newest = postgresVersions().at(-1);
  if (!newest) throw new Error('no PostgreSQL to test with');
  const { exitCode, stdout, stderr } = await execa(
    join(newest.bin, 'psql'),
    ['-XAtqw', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql],
    { env: { PATH: process.env['PATH'], HOME: home, ...env }, extendEnv: false, reject: false },
  );
  return { result: exitCode === 0 ? stdout.trim() : 'refused', words: stderr };
}

/** Our own connection, asked the same. */
export async function byUs(
  url: string,
  connecting: Connecting,
  sql = question,
): Promise<Outcome & { readonly error?: JemError }> {
  try {
    await using session = await opened(url, connecting);
    const [row] = await session.query(sql);
    return { result: String(Object.values(row ?? {})[0]), words: '' };
  } catch (error) {
    if (!(error instanceof JemError)) throw error;
    return { result: 'refused', words: `${error.code}: ${error.message}`, error };
  }
}
