import { JemError } from '../../../errors.ts';
import { openPostgres } from '../connection.ts';
import { identifier } from '../quoting.ts';
import { majorOf } from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';
import { untilAborted } from '../until-aborted.ts';
import { refuseLostRows } from './arrived.ts';
import { type BesideNames, createSide, drop, sweepSides } from './beside.ts';
import { ownerOptions } from './preflight.ts';
import { runRestore } from './restore-tool.ts';
import type { Outcome, RestoreWork } from './restore-work.ts';
import { switchOver } from './switch.ts';
import { tablespaceOptions } from './tablespaces.ts';
import { settingsSql, traitsSql } from './traits.ts';

/**
 * Restores into a new database beside the target, which then takes its name. Whatever fails before,
 * the target stays as it was and the new database goes.
 */
export async function replaceDatabase(
  work: RestoreWork,
  admin: PostgresSession,
  names: BesideNames,
): Promise<Outcome> {
  const { place, facts, options } = work;
  const { existing, name } = place;
  await sweepSides(admin);
  const wish = existing ?? { locale: facts.locale, tablespace: null };
  const warnings = [...(await createSide(admin, names.side, wish))];
  try {
    warnings.push(...(await fill(work, admin, names.side)));
    await finish(work, admin, names.side);
    warnings.push(...(await dress(work, admin, names.side)));
    options.signal.throwIfAborted();
    await place.leave();
    await switchOver(place, admin, { names, clean: options.clean });
  } catch (error) {
    throw await withoutSide(error, admin, names.side);
  }
  if (existing !== null) warnings.push(...(await dropReplaced(admin, names.replaced, name)));
  const way =
    existing === null
      ? `Restored into a database of another name, which was called ${name} when it was whole.`
      : `Restored into a new database beside ${name}, which took its name in one transaction: until then ${name} was untouched.`;
  return { way, warnings };
}

async function fill(
  { tool, folder, entries, about, options, facts }: RestoreWork,
  admin: PostgresSession,
  side: string,
): Promise<readonly string[]> {
  const { jobs, signal, onProgress } = options;
  const tablespaces = await tablespaceOptions(admin, facts);
  await runRestore({
    ...{ tool, folder, session: admin, database: side, jobs, entries, about, signal, onProgress },
    options: [...ownerOptions(options), ...tablespaces.options],
  });
  return tablespaces.warnings;
}

/** Counts the rows, and reads statistics: without them the first queries are planned blindly. */
async function finish(
  { source, about, options: { signal, connectTimeout } }: RestoreWork,
  admin: PostgresSession,
  side: string,
): Promise<void> {
  await using session = await openPostgres(
    { ...admin.target, conninfo: { ...admin.there, database: side } },
    {
      ...{ signal, connectTimeout, applicationName: 'jem-db', mode: 'existing' },
      warn: () => {},
    },
  );
  const work = async () => {
    await session.query('SET client_min_messages = error; SET row_security = off');
    await refuseLostRows(session, source, about).catch(unlessHidden);
    await session.query('ANALYZE');
  };
  await untilAborted(work(), signal).catch(async (error: unknown) => {
    if (signal.aborted) await session.cancel();
    throw error;
  });
}

/** An owner that a policy is forced upon sees not all rows, and cannot count them. */
function unlessHidden(error: unknown): void {
  if (error instanceof JemError && error.class === 'permission') return;
  throw error;
}

/** Gives the new database what the old one is besides its content; else what the backup knows. */
async function dress(
  { place, facts, rights, options }: RestoreWork,
  admin: PostgresSession,
  side: string,
): Promise<readonly string[]> {
  const { existing } = place;
  const foreign = existing === null && options.noOwner === true;
  const traits = existing ?? (foreign ? { ...facts, grants: null, settings: [] } : facts);
  const warnings = foreign ? [] : [...(await giveTo(admin, side, traits.owner, rights.user))];
  const required = traitsSql(side, traits);
  if (required.length > 0) await admin.query(required.join(';\n'));
  for (const statement of settingsSql(side, traits.settings)) {
    const setting = admin.query(statement);
    if (existing !== null) await setting;
    else
      await setting.catch(() =>
        warnings.push(`Not taken over: ${statement.replace(side, place.name)}`),
      );
  }
  if (existing?.isTemplate)
    await admin.query(`ALTER DATABASE ${identifier(side)} IS_TEMPLATE true`);
  return warnings;
}

async function giveTo(
  admin: PostgresSession,
  side: string,
  owner: string,
  user: string,
): Promise<readonly string[]> {
  if (owner === user) return [];
  const right = majorOf(admin.serverVersion) >= 16 ? 'SET' : 'MEMBER';
  const [row] = await admin.query(
    'SELECT pg_has_role(oid, $2) AS may FROM pg_roles WHERE rolname = $1',
    [owner, right],
  );
  if (row?.['may'] !== true) return [`The database belongs to ${user}, not to ${owner}.`];
  await admin.query(`ALTER DATABASE ${identifier(side)} OWNER TO ${identifier(owner)}`);
  return [];
}

/** Drops what was begun; where that fails too, the error names what is left. */
async function withoutSide(error: unknown, admin: PostgresSession, side: string): Promise<unknown> {
  try {
    await drop(admin, side);
    return error;
  } catch {
    // The session may be what failed.
  }
  try {
    await using again = await admin.connectAgain();
    await drop(again, side);
    return error;
  } catch {
    if (!(error instanceof JemError)) return error;
    const left = `The unfinished database ${side} is left behind; the next restore drops it.`;
    return error.with({ why: [error.details.why, left].filter(Boolean).join(' ') });
  }
}

async function dropReplaced(
  admin: PostgresSession,
  replaced: string,
  name: string,
): Promise<readonly string[]> {
  try {
    await drop(admin, replaced);
    return [];
  } catch {
    return [
      `What ${name} held before is still there, as ${replaced}: DROP DATABASE ${identifier(replaced)};`,
    ];
  }
}
