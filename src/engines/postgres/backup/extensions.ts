import { arrayOf } from '../scratch/prepare.ts';
import type { PostgresSession } from '../session.ts';
import type { BackupFacts } from './facts.ts';

/** Extensions of a backup whose files the server of a session has not. */
export async function missingExtensions(
  session: PostgresSession,
  { extensions }: BackupFacts,
): Promise<readonly string[]> {
  const names = extensions.map(({ name }) => name);
  const rows = await session.query(
    `SELECT e.name FROM unnest($1::text[]) e(name)
    WHERE NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = e.name) ORDER BY 1`,
    [arrayOf(names)],
  );
  return rows.map((row) => String(row['name']));
}

/** A sentence for the extensions that are of another version in the restored database. */
export async function otherVersions(
  session: PostgresSession,
  { extensions }: BackupFacts,
): Promise<readonly string[]> {
  const rows = await session.query(
    'SELECT extname AS name, extversion AS version FROM pg_extension',
  );
  const here = new Map(rows.map((row) => [String(row['name']), String(row['version'])]));
  return extensions
    .filter(({ name, version }) => (here.get(name) ?? version) !== version)
    .map(
      ({ name, version }) =>
        `The extension ${name} is ${here.get(name)} here; the backup was taken with ${version}.`,
    );
}
