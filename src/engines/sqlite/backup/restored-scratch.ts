import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { RestoreCheck, LogicalSource } from '../../backing-up.ts';
import type { Restoring, RestoredScratch, Scratch } from '../../engine.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import { sqliteError } from '../errors.ts';
import { openSqliteScratch } from '../schema/scratch.ts';
import { parseSqliteTarget, type SqliteTarget } from '../target.ts';
import { factNames } from './facts.ts';
import { fileError, writePartial } from './partial-file.ts';
import { isSqlite, openOptions } from './restore-target.ts';
import { pragmaOf, soundness } from './soundness.ts';

type Options = Parameters<Restoring['restoreIntoScratch']>[1];

/** Milliseconds: nobody but this run uses a scratch database. */
const connectTimeout = 10_000;

/**
 * Restores into a temporary file, or into the empty or missing one that the user names. Throws
 * `scratch-unavailable`, `scratch-refused`, and as `writePartial` does.
 */
export async function restoreIntoScratch(
  source: LogicalSource,
  options: Options,
): Promise<RestoredScratch> {
  const { signal } = options;
  const { scratch, target, file } = await emptyScratch(options);
  const started = performance.now();
  try {
    await using partial = await writePartial(source, file, options);
    renameSync(partial.path, file);
    await using session = await target.open(openOptions({ signal, connectTimeout }, 'read'));
    await session.query('SELECT count(*) FROM sqlite_schema');
    return {
      ...scratch,
      restoreMs: Math.round(performance.now() - started),
      check: () => checksOf(source, file, signal),
    };
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    const about = { file, display: target.display, readonly: false };
    throw error === signal.reason ? error : sqliteError(fileError(error, file), about);
  }
}

interface EmptyScratch {
  readonly scratch: Scratch;
  readonly target: SqliteTarget;
  readonly file: string;
}

async function emptyScratch(options: Options): Promise<EmptyScratch> {
  const { place } = options;
  const inMemory = place !== null && place !== 'same-server' && isSqlite(place) && !place.file;
  if (place === null || inMemory) return temporary(options);
  const { sqlite } = await import('../engine.ts');
  const scratch = await openSqliteScratch(sqlite, options);
  // Every other place has been refused.
  const target = place as SqliteTarget;
  return { scratch, target, file: String(target.file) };
}

/** A backup is no smaller in memory, so it is restored into a file in any case. */
async function temporary({ environment, signal }: Options): Promise<EmptyScratch> {
  const folder = await temporaryFolder('restored');
  const file = join(folder.path, 'restored.sqlite');
  const target = parseSqliteTarget(file, environment);
  const scratch: Scratch = {
    connect: () => target.open(openOptions({ signal, connectTimeout }, 'existing')),
    description: 'a temporary SQLite file',
    limits: [],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
  return { scratch, target, file };
}

async function checksOf(
  { facts }: LogicalSource,
  file: string,
  signal: AbortSignal,
): Promise<readonly RestoreCheck[]> {
  const sound = await soundness(file, 'integrity_check', signal);
  const orphans = await orphansIn(file, signal);
  const settings: string[] = [];
  for (const name of factNames) {
    const [value] = await pragmaOf(file, name, signal);
    if (value !== facts[name])
      settings.push(`${name} is ${String(value)}, was ${String(facts[name])}`);
  }
  const detail = settings.join('; ') || 'as in the source';
  const same = { id: 'file settings', ok: settings.length === 0, detail };
  return [sound, orphans, same];
}

/** Rows that refer to nothing are no damage of the backup: SQLite lets an application have them. */
async function orphansIn(file: string, signal: AbortSignal): Promise<RestoreCheck> {
  const id = 'foreign_key_check';
  try {
    const tables = await pragmaOf(file, id, signal);
    const names = [...new Set(tables.map(String))].join(', ');
    const detail = `${tables.length} rows refer to rows that are not there, as in the database that was backed up: ${names}`;
    return { id, ok: true, detail: tables.length === 0 ? 'ok' : detail };
  } catch (error) {
    if (!(error instanceof Error) || signal.aborted) throw error;
    return { id, ok: null, detail: error.message };
  }
}
