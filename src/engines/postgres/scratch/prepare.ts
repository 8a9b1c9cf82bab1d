import type { PostgresSession } from '../session.ts';
import { identifier } from '../quoting.ts';
import { isSuperuser, type Live, migratorOf } from './live.ts';
import { copyGrants, copySettings, createRoles, grantRoles } from './roles.ts';

/** The database that is ours in a pristine cluster, before it gets the live one's name. */
export const pristineDatabase = 'postgres';

/** Name of the scratch database: the live one's, since a migration may well name it. */
export function scratchName({ database }: Live): string {
  return /^template[01]$/.test(database) ? pristineDatabase : database;
}

/**
 * Gives a pristine cluster what migrations find outside their own database: roles, owner, rights,
 * settings and tablespaces. Runs in another database than the one prepared. Answers the limits.
 */
export async function prepareCluster(session: PostgresSession, live: Live): Promise<string[]> {
  const name = scratchName(live);
  const database = `DATABASE ${identifier(name)}`;
  const rename = `ALTER DATABASE ${pristineDatabase} RENAME TO ${identifier(name)}`;
  await run(session, [
    ...createRoles(live, migratorOf(live)),
    ...grantRoles(live),
    ...(name === pristineDatabase ? [] : [rename]),
    `ALTER ${database} OWNER TO ${identifier(live.owner)}`,
    ...copyGrants(database, live.grants),
    ...copySettings(live, name),
  ]);
  for (const tablespace of live.tablespaces) {
    await run(session, [`CREATE TABLESPACE ${identifier(tablespace)} LOCATION ''`]);
    await run(session, [`GRANT CREATE ON TABLESPACE ${identifier(tablespace)} TO PUBLIC`]);
  }
  return extensionLimits(session, live);
}

/**
 * What the migrating role may not change itself was there before its migrations. Runs in the
 * database prepared.
 */
export function publicSchemaSql(live: Live): readonly string[] {
  const { publicSchema } = live;
  if (publicSchema === null) return [];
  if (publicSchema.changeable && !isGiven(live, publicSchema.owner)) return [];
  return [
    `ALTER SCHEMA public OWNER TO ${identifier(publicSchema.owner)}`,
    ...copyGrants('SCHEMA public', publicSchema.grants),
  ];
}

/** Whether a role owns what a pristine database would never have let it change. */
function isGiven(live: Live, owner: string): boolean {
  const migrator = migratorOf(live);
  return owner === migrator && live.owner !== migrator && !isSuperuser(live, migrator);
}

/** One message: one transaction and one round trip. */
export async function run(session: PostgresSession, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await session.query(statements.join(';\n'));
}

const extensionsSql = `
SELECT e.name, coalesce(bool_or(v.superuser AND NOT v.trusted), false) AS untrusted,
  count(v.name) = 0 AS missing
FROM unnest($1::text[]) e(name) LEFT JOIN pg_available_extension_versions v ON v.name = e.name
GROUP BY 1 ORDER BY 1`;

/**
 * A superuser made the live server's untrusted extensions, and migrations often say so
 * themselves: then the migrating role must be one here.
 */
async function extensionLimits(session: PostgresSession, live: Live): Promise<string[]> {
  if (live.extensions.length === 0) return [];
  const rows = await session.query(extensionsSql, [arrayOf(live.extensions)]);
  const named = (column: string) =>
    rows.filter((row) => row[column] === true).map((row) => String(row['name']));
  const missing = named('missing');
  const untrusted = named('untrusted');
  const migrator = migratorOf(live);
  const raise = untrusted.length > 0 && !isSuperuser(live, migrator);
  if (raise) await run(session, [`ALTER ROLE ${identifier(migrator)} SUPERUSER`]);
  return [
    ...(missing.length > 0
      ? [`Not installed beside these programs, and there in the live database: ${list(missing)}.`]
      : []),
    ...(raise
      ? [
          `${migrator} is a superuser in scratch, since only one may create ${list(untrusted)}: a right that it lacks in the live database is not missed here.`,
        ]
      : []),
  ];
}

function list(names: readonly string[]): string {
  return names.map((name) => `extension ${name}`).join(', ');
}

/** A list of texts as PostgreSQL writes one. */
export function arrayOf(names: readonly string[]): string {
  return `{${names.map((name) => `"${name.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** A setting as the start-up message has it: `name=value` in two. */
export function startupSettings(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    settings.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
}
