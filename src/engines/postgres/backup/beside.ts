import { randomBytes } from 'node:crypto';
import { JemError } from '../../../errors.ts';
import { identifier } from '../quoting.ts';
import { majorOf } from '../scratch/binaries.ts';
import { createDatabaseLocale, localeLabel } from '../scratch/locale.ts';
import type { LiveLocale } from '../scratch/live.ts';
import type { PostgresSession } from '../session.ts';

/** Names that tell what a database is for, should it be left behind. */
export interface BesideNames {
  /** Is restored into, and then takes the target's name. */
  readonly side: string;
  /** What the target is called until it is dropped. */
  readonly replaced: string;
}

/** Bytes of the longest name of PostgreSQL. */
const longest = 63;

export function besideNames(name: string): BesideNames {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const tail = `${stamp}_${randomBytes(3).toString('hex')}`;
  const named = (word: string) => {
    const end = `_${word}_${tail}`;
    return cut(name, longest - end.length) + end;
  };
  return { side: named('restore'), replaced: named('replaced') };
}

function cut(name: string, bytes: number): string {
  let short = '';
  for (const character of name) {
    if (Buffer.byteLength(short + character) > bytes) break;
    short += character;
  }
  return short;
}

/**
 * Drops the databases of restores that were killed: the session that is called as one lasts as long
 * as its restore does. What was being replaced is another's data, and stays.
 */
export async function sweepSides(admin: PostgresSession): Promise<void> {
  const rows = await admin.query(
    `SELECT datname FROM pg_database d
    WHERE datname ~ '_restore_[0-9]{14}_[0-9a-f]{6}$' AND pg_has_role(datdba, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.application_name = d.datname)`,
  );
  for (const row of rows) await drop(admin, String(row['datname'])).catch(() => {});
}

/** Drops a database and whoever is in it. */
export async function drop(admin: PostgresSession, name: string): Promise<void> {
  await admin.query(`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`);
}

interface Wish {
  readonly locale: LiveLocale;
  /** Null: the server's default. */
  readonly tablespace: string | null;
}

/** Makes an empty database. Answers what of the wish could not be had. */
export async function createSide(
  admin: PostgresSession,
  name: string,
  { locale, tablespace }: Wish,
): Promise<readonly string[]> {
  const place = tablespace === null ? '' : ` TABLESPACE ${identifier(tablespace)}`;
  const create = `CREATE DATABASE ${identifier(name)} TEMPLATE template0${place}`;
  try {
    await admin.query(`${create} ${createDatabaseLocale(locale, majorOf(admin.serverVersion))}`);
    return [];
  } catch (error) {
    if (!isAboutLocale(error)) throw error;
    await admin.query(create);
    return [
      `${localeLabel(locale)}, by which the backed up database sorts texts, is not on ${admin.server}: it got the server’s own.`,
    ];
  }
}

function isAboutLocale(error: unknown): boolean {
  if (!(error instanceof JemError)) return false;
  return /locale|encoding|collat|provider/i.test(
    `${error.message} ${error.details.original ?? ''}`,
  );
}
