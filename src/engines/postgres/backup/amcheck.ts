import { join } from 'node:path';
import type { RestoreCheck } from '../../backing-up.ts';
import type { ScratchOptions } from '../../engine.ts';
import { runProgram } from '../programs.ts';
import { type Binaries, foldersWith, majorOf, withVersions } from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';
import { toolAccess } from '../tool-access.ts';

type Options = Pick<ScratchOptions, 'binaries' | 'environment' | 'signal'> & {
  readonly jobs: number;
};

const id = 'pg_amcheck';

/**
 * Looks at every page of every table and B-tree index of a database that nobody else uses. Adds the
 * extension amcheck for that time, where it is not there.
 */
export async function amcheck(
  session: PostgresSession,
  options: Options,
): Promise<readonly RestoreCheck[]> {
  const reason = await whyNot(session);
  if (reason !== null) return [{ id, ok: null, detail: reason }];
  const program = await programFor(session, options);
  if (typeof program === 'string') return [{ id, ok: null, detail: program }];
  const [before] = await session.query(`SELECT FROM pg_extension WHERE extname = 'amcheck'`);
  try {
    if (!before) await session.query('CREATE EXTENSION amcheck SCHEMA pg_catalog');
    return [await checked(session, program, options)];
  } finally {
    if (!before) await session.query('DROP EXTENSION IF EXISTS amcheck').catch(() => {});
  }
}

/** The same for every database of a server that nobody else uses; the extension stays in them. */
export async function amcheckAll(
  session: PostgresSession,
  options: Options,
): Promise<readonly RestoreCheck[]> {
  const program = (await whyNot(session)) ?? (await programFor(session, options));
  if (typeof program === 'string') return [{ id, ok: null, detail: program }];
  const { path, version, major } = program;
  await using reach = await toolAccess(session, { major });
  const args = ['--all', '--install-missing', '--maintenance-db=service=jem-db'];
  const result = await run(path, [...args, `--jobs=${options.jobs}`], reach.env, options.signal);
  if (!result.ok) return [{ id, ok: false, detail: `pg_amcheck ${version}: ${result.words}` }];
  const [row] = await session.query(
    'SELECT count(*)::int AS databases FROM pg_database WHERE datallowconn',
  );
  const count = String(row?.['databases']);
  const detail = `pg_amcheck ${version} found no damage in the ${count} databases.`;
  return [{ id, ok: true, detail }];
}

/** Of the server's own version; else why there is none. */
async function programFor(
  { serverVersion }: PostgresSession,
  options: Options,
): Promise<Binaries | string> {
  const major = majorOf(serverVersion);
  const found = await withVersions(await foldersWith([id], options), options.signal, id);
  const program = found.find((one) => one.major === major);
  return program ?? `pg_amcheck ${major} is not on this machine.`;
}

const rightsSql = `
SELECT rolsuper AS super, EXISTS (
  SELECT FROM pg_available_extensions WHERE name = 'amcheck') AS available
FROM pg_roles WHERE rolname = current_user`;

async function whyNot(session: PostgresSession): Promise<string | null> {
  const [row] = await session.query(rightsSql);
  if (row?.['super'] !== true) return 'Only a superuser may look at pages there.';
  if (row['available'] !== true)
    return 'The extension amcheck is not installed beside the server (package postgresql-contrib).';
  return null;
}

async function checked(
  session: PostgresSession,
  { path, version, major }: Binaries,
  { jobs, signal }: Options,
): Promise<RestoreCheck> {
  await using reach = await toolAccess(session, { major });
  const result = await run(path, [`--jobs=${jobs}`, 'service=jem-db'], reach.env, signal);
  if (!result.ok) return { id, ok: false, detail: `pg_amcheck ${version}: ${result.words}` };
  const [row] = await session.query(countSql);
  const what = `${String(row?.['tables'])} tables and ${String(row?.['indexes'])} B-tree indexes`;
  return { id, ok: true, detail: `pg_amcheck ${version} found no damage in ${what}.` };
}

const countSql = `
SELECT count(*) FILTER (WHERE relkind IN ('r', 'm', 't', 'S')) AS tables,
  count(*) FILTER (WHERE relkind = 'i' AND relam = 403) AS indexes FROM pg_class`;

function run(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
) {
  return runProgram(join(path, id), ['--no-password', ...args], {
    user: null,
    cwd: '/',
    env,
    signal,
  });
}
