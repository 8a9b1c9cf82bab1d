import { lstatSync, realpathSync } from 'node:fs';
import { JemError } from '../../../errors.ts';
import type { RestoreOptions, RestoreTarget } from '../../backing-up.ts';
import type { OpenOptions, Target } from '../../engine.ts';
import { statOrNull } from '../file-facts.ts';
import { lookAtFile } from '../preflight.ts';
import type { SqliteTarget } from '../target.ts';
import { sizeOf } from '../size.ts';
import { plainName } from './table-names.ts';

/** The file that a database is to be restored into. */
export interface FileTarget {
  readonly target: SqliteTarget;
  /** Behind symbolic links. */
  readonly file: string;
}

/** Throws `restore-refused` where nothing can be restored. */
export function fileTarget(into: Target): FileTarget {
  if (!isSqlite(into)) throw refused(into, 'It is not a SQLite database.');
  if (into.file === null) throw refused(into, 'A database in memory is gone at once.');
  if (into.readonly)
    throw refused(into, 'Its URL says that it is for reading only (mode=ro, immutable=1).');
  return { target: into, file: behindLinks(into.file) };
}

export function isSqlite(target: Target): target is SqliteTarget {
  return target.engine === 'sqlite';
}

function refused({ display }: Target, why: string): JemError {
  return new JemError('restore-refused', `A backup cannot be restored into ${display}`, {
    why,
    hint: 'Name a file: --into FILE',
  });
}

function behindLinks(file: string): string {
  try {
    return lstatSync(file).isSymbolicLink() ? realpathSync(file) : file;
  } catch {
    return file;
  }
}

export function openOptions(
  { signal, connectTimeout }: Pick<RestoreOptions, 'signal' | 'connectTimeout'>,
  mode: OpenOptions['mode'],
): OpenOptions {
  return { signal, connectTimeout, mode, applicationName: 'jem-db', warn: () => {} };
}

/** Looks what restoring would destroy. Throws the errors of a connection. */
export async function lookAt(
  { target, file }: FileTarget,
  options: RestoreOptions,
): Promise<RestoreTarget> {
  const about = { file, display: target.display, readonly: false };
  if (!lookAtFile(file, about, true)) return { exists: false, holds: null };
  const bytes = statOrNull(file)?.size ?? 0;
  try {
    await using session = await target.open(openOptions(options, 'read'));
    const rows = await session.query(
      `SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    );
    const names = rows.map((row) => String(row['name']));
    if (options.tables !== null) return { exists: true, holds: amongThem(names, options.tables) };
    const tables = rows.filter((row) => row['type'] === 'table').length;
    const holds = `${tables} ${tables === 1 ? 'table' : 'tables'} (${sizeOf(bytes)})`;
    return { exists: true, holds: rows.length === 0 ? null : holds };
  } catch (error) {
    const damaged = error instanceof JemError && /^(not-a-database|corruption)$/.test(error.code);
    if (!damaged || options.tables !== null) throw error;
    return {
      exists: true,
      holds: `a file that is no database, or a damaged one (${sizeOf(bytes)})`,
    };
  }
}

function amongThem(names: readonly string[], wanted: readonly string[]): string | null {
  const found = names.filter((name) => wanted.some((one) => plainName(one) === plainName(name)));
  return found.length === 0 ? null : `its ${found.join(', ')}`;
}
