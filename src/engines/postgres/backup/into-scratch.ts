import { JemError } from '../../../errors.ts';
import type { RestoreOptions, LogicalSource } from '../../backing-up.ts';
import type { RestoredScratch, Scratch, ScratchOptions, Session } from '../../engine.ts';
import { identifier } from '../quoting.ts';
import { majorOf } from '../scratch/binaries.ts';
import { openGivenFor } from '../scratch/given.ts';
import { copySettings } from '../scratch/roles.ts';
import { openThrowawayLike } from '../scratch/throwaway.ts';
import type { PostgresSession } from '../session.ts';
import { parseTableName, sqlName } from '../table-name.ts';
import { amcheck } from './amcheck.ts';
import { dumpBytes, readArchive } from './archive.ts';
import { missingExtensions, otherVersions } from './extensions.ts';
import { type BackupFacts, factsOf } from './facts.ts';
import { likeBackup } from './like-backup.ts';
import { restoreTool, runRestore } from './restore-tool.ts';

type Options = ScratchOptions & Pick<RestoreOptions, 'jobs' | 'onProgress'>;

/** Measured on 1 GB: more memory than this makes no index faster. */
const settings: readonly string[] = [
  ...['shared_buffers=128MB', 'maintenance_work_mem=128MB', 'max_wal_size=1GB'],
  // Fetching the same again is cheaper than the memory of many sessions at once.
  ...['autovacuum=off', 'max_connections=60', 'max_locks_per_transaction=256'],
];

/** Bytes of a dump whose database may well lie in memory. */
const small = 4 * 1024 ** 2;

/**
 * Restores a backup into a throwaway server of its own major version, or where the user wants it.
 * Throws `scratch-unavailable`, `scratch-refused`, and what `restoreFailure` makes.
 */
export async function restoreIntoScratch(
  source: LogicalSource,
  options: Options,
): Promise<RestoredScratch> {
  const facts = factsOf(source.facts);
  const start = performance.now();
  const folder = await source.folder();
  const scratch = await openFor(facts, source.serverVersion, folder, options);
  try {
    const limits = await fill(scratch, facts, folder, options);
    await withSession(scratch, (session) => leadToLedger(session, source, options.ledgerTable));
    const restoreMs = Math.round(performance.now() - start);
    return {
      ...scratch,
      limits: [...scratch.limits, ...limits],
      restoreMs,
      check: () => withSession(scratch, (session) => amcheck(session, options)),
    };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

async function openFor(
  facts: BackupFacts,
  version: string,
  folder: string,
  options: Options,
): Promise<Scratch> {
  const { place, signal } = options;
  if (place === 'same-server')
    throw new JemError('scratch-unavailable', 'A backup has no server to be restored on', {
      hint: 'Leave --scratch out for a throwaway server, or name a database: --scratch URL',
    });
  if (place !== null)
    return openGivenFor({ live: (user) => likeBackup(facts, user), version, place, signal });
  const size = (await dumpBytes(folder)) > small ? 'large' : 'small';
  const live = likeBackup(facts, facts.bootstrap);
  return openThrowawayLike({ live, major: majorOf(version), settings, size }, options);
}

async function fill(
  scratch: Scratch,
  facts: BackupFacts,
  folder: string,
  options: Options,
): Promise<readonly string[]> {
  const { environment, binaries, signal, jobs, onProgress } = options;
  return withSession(scratch, async (session) => {
    await refuseMissing(session, facts, scratch.description);
    const where = { binaries, environment, signal };
    const tool = await restoreTool(facts.dump.version, session.serverVersion, where);
    const about = { into: scratch.description, server: scratch.description, after: '' };
    const entries = await readArchive(tool, folder, { about, signal });
    await runRestore({ tool, folder, session, jobs, entries, about, signal, onProgress });
    return [...(await otherVersions(session, facts)), ...(await settle(session, facts))];
  });
}

async function refuseMissing(
  session: PostgresSession,
  facts: BackupFacts,
  description: string,
): Promise<void> {
  const missing = await missingExtensions(session, facts);
  if (missing.length === 0) return;
  throw new JemError(
    'scratch-unavailable',
    `The backup needs what is not installed here: extension ${missing.join(', ')}`,
    {
      why: `It was to be restored into ${description}; the files of an extension belong to the server’s programs.`,
      hint: `Install their packages for PostgreSQL ${majorOf(session.serverVersion)}, or name a server that has them: --scratch URL`,
    },
  );
}

/** Settings of the database, so that its sessions find what they found; after pg_restore's own. */
async function settle(session: PostgresSession, facts: BackupFacts): Promise<readonly string[]> {
  const [row] = await session.query('SELECT current_database() AS name');
  const kept = facts.settings.map((one) => ({
    ...one,
    // Its sessions are to see everything.
    settings: one.settings.filter((text) => !/^(?:role|row_security)=/.test(text)),
  }));
  const statements = copySettings({ roleSettings: kept }, String(row?.['name']));
  try {
    if (statements.length > 0) await session.query(statements.join(';\n'));
    return [];
  } catch {
    return ['Settings of the database could not be taken over.'];
  }
}

/** The search path of a role is no fact of the database: the ledger must be found without it. */
async function leadToLedger(
  session: PostgresSession,
  { content }: LogicalSource,
  ledgerTable: string,
): Promise<void> {
  const { schema, table } = parseTableName(ledgerTable);
  const [found, second] = content.tables.filter(({ name }) => name === table);
  if (schema !== null || !found?.schema || second) return;
  const name = sqlName({ schema: null, table });
  const [row] = await session.query(
    'SELECT to_regclass($1) IS NULL AS hidden, current_database() AS name',
    [name],
  );
  if (row?.['hidden'] !== true) return;
  const path = `current_setting('search_path') || ', ' || quote_ident($1)`;
  await session.query(`SELECT set_config('search_path', ${path}, false)`, [found.schema]);
  const database = identifier(String(row['name']));
  await session.query(`ALTER DATABASE ${database} SET search_path FROM CURRENT`);
}

async function withSession<T>(
  scratch: Scratch,
  body: (session: PostgresSession) => Promise<T>,
): Promise<T> {
  await using session = await scratch.connect();
  if (!isPostgresSession(session)) throw new Error('a scratch database of another engine');
  return await body(session);
}

function isPostgresSession(session: Session): session is PostgresSession {
  return 'there' in session;
}
