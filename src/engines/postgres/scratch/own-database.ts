import { randomBytes } from 'node:crypto';
import { JemError } from '../../../errors.ts';
import type { Scratch } from '../../engine.ts';
import { identifier } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';
import { majorOf } from './binaries.ts';
import { connectTo } from './connect.ts';
import { leaksOut } from './leaks.ts';
import { createDatabaseLocale, localeLabel } from './locale.ts';
import { publicSchemaSql } from './prepare.ts';
import { copyGrants, copySettings } from './roles.ts';
import { rightsOf, startIn, type Visit } from './visit.ts';

const prefix = 'jem_db_scratch_';

/** A name for a database, and for the session that stays as long as the database does. */
export function newName(): string {
  return prefix + randomBytes(6).toString('hex');
}

/**
 * Makes a database on a server that is not ours; `visit.admin` is called as the database is, and
 * both are gone when disposed of. Throws `scratch-unavailable` where the role may create none.
 */
export async function openOwnDatabase(
  visit: Visit,
  name: string,
  leaving: () => Promise<void>,
): Promise<Scratch> {
  const { admin, live, target, signal } = visit;
  const rights = await rightsOf(visit);
  await sweepDatabases(admin);
  const limits = await createDatabase(visit, name);
  const gone = async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`).catch(ignore);
    await leaving().catch(ignore);
    await admin[Symbol.asyncDispose]();
  };
  try {
    const inScratch = { ...target, display: `the scratch database ${name}` };
    const start = await startIn(visit, rights);
    if (live !== null) limits.push(...(await prepareInside(visit, name)));
    return {
      description: `a scratch database on ${admin.server}, PostgreSQL ${admin.serverVersion}`,
      limits: [...limits, ...start.limits],
      leaks: leaksOut,
      connect: () => connectTo(inScratch, { database: name, settings: start.settings }, signal),
      [Symbol.asyncDispose]: gone,
    };
  } catch (error) {
    await gone();
    throw error;
  }
}

async function createDatabase({ admin, live }: Visit, name: string): Promise<string[]> {
  const create = `CREATE DATABASE ${identifier(name)} TEMPLATE template0`;
  if (live === null) {
    await admin.query(create).catch(refused(admin));
    return [];
  }
  const owned = await admin.query(
    'SELECT pg_has_role(oid, $2) AS may FROM pg_roles WHERE rolname = $1',
    [live.owner, majorOf(admin.serverVersion) >= 16 ? 'SET' : 'MEMBER'],
  );
  const owner = owned[0]?.['may'] === true ? ` OWNER ${identifier(live.owner)}` : '';
  const locale = createDatabaseLocale(live.locale, majorOf(admin.serverVersion));
  try {
    await admin.query(`${create}${owner} ${locale}`);
    return [];
  } catch (error) {
    if (!isAboutLocale(error)) return refused(admin)(error);
    await admin.query(create + owner).catch(refused(admin));
    return [`The live database stores and sorts texts by ${localeLabel(live.locale)}: not here.`];
  }
}

function isAboutLocale(error: unknown): boolean {
  return /locale|encoding|collat/i.test(error instanceof JemError ? wordsOf(error) : '');
}

function wordsOf(error: JemError): string {
  return `${error.message} ${error.details.original ?? ''}`;
}

function refused(admin: PostgresSession) {
  return (error: unknown): never => {
    if (!(error instanceof JemError) || error.code !== 'permission-denied') throw error;
    throw new JemError('scratch-unavailable', `No database may be created on ${admin.server}`, {
      why: 'The role lacks CREATEDB.',
      hint: 'ALTER ROLE … CREATEDB, or name an empty database: --scratch URL',
      cause: error,
    });
  };
}

/** Rights and settings that the live database has from elsewhere than its migrations. */
async function prepareInside(visit: Visit, name: string): Promise<readonly string[]> {
  const { admin, live, target, signal } = visit;
  if (live === null) return [];
  const database = `DATABASE ${identifier(name)}`;
  const roleSettings = live.roleSettings.filter(({ inDatabase }) => inDatabase);
  const around = [
    ...copyGrants(database, live.grants),
    ...copySettings({ ...live, roleSettings }, name),
  ];
  const inside = publicSchemaSql(live);
  try {
    if (around.length > 0) await admin.query(around.join(';\n'));
    if (inside.length > 0) {
      await using session = await connectTo(target, { database: name }, signal);
      await session.query(inside.join(';\n'));
    }
    return [];
  } catch {
    return ['Rights and settings of the live database could not be taken over.'];
  }
}

/** Drops the databases of runs that ended without doing so: their sessions are gone. */
async function sweepDatabases(admin: PostgresSession): Promise<void> {
  const rows = await admin.query(
    `SELECT datname FROM pg_database d
    WHERE starts_with(datname, '${prefix}') AND pg_has_role(datdba, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_stat_activity a
        WHERE a.application_name = d.datname OR a.datname = d.datname)`,
  );
  for (const row of rows) {
    await admin
      .query(`DROP DATABASE IF EXISTS ${identifier(String(row['datname']))}`)
      .catch(ignore);
  }
}

/** Another run sweeps what could not be dropped. */
function ignore(): void {}
