import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { mendPostgres } from '../../../src/engines/postgres/schema/mend.ts';
import type { PostgresSession } from '../../../src/engines/postgres/session.ts';
import type { Schema, SchemaDifference } from '../../../src/engines/schema.ts';
import { compareSchemas } from '../../../src/schema/compare.ts';
import { sharedPostgres } from '../../support/postgres.ts';
import { opened } from './connecting.ts';

const ledgerTable = 'jem_db_migrations';

export function readSchema(session: PostgresSession): Promise<Schema> {
  return session.schema({ ledgerTable, signal: new AbortController().signal });
}

/** A database with a schema, that copies are made of. */
export interface Original extends AsyncDisposable {
  readonly schema: Schema;
  /** The database itself, in a transaction that is rolled back when it is disposed of. */
  trial(): Promise<Copy>;
  /** A copy of its own, gone when disposed of; `empty`: without the schema. */
  copy(of?: 'original' | 'empty'): Promise<Copy>;
}

export interface Copy extends AsyncDisposable {
  readonly url: string;
  readonly session: PostgresSession;
  run(...statements: readonly string[]): Promise<void>;
  read(): Promise<Schema>;
}

/** Makes a database by a script, after others that concern the whole server. */
export async function originalOf(
  major: number,
  script: string,
  roles: readonly string[],
): Promise<Original> {
  const server = await sharedPostgres(major);
  const template = `schema_${randomBytes(6).toString('hex')}`;
  const admin = async (...statements: readonly string[]): Promise<void> => {
    const client = new Client({ connectionString: server.url() });
    await client.connect();
    for (const sql of statements) await client.query(sql);
    await client.end();
  };
  const strategy = major < 15 ? '' : 'STRATEGY file_copy';
  const makeRole = (role: string): string =>
    `DO $$ BEGIN CREATE ROLE ${role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`;
  await admin(...roles.map(makeRole), `CREATE DATABASE ${template}`);
  const copyOf = (url: string, session: PostgresSession, end: () => Promise<void>): Copy => ({
    url,
    session,
    run: async (...statements) => {
      for (const sql of statements) await session.client.query(sql);
    },
    read: () => readSchema(session),
    [Symbol.asyncDispose]: end,
  });
  const url = server.url(template);
  // A database that is copied must have no connection.
  let session: PostgresSession | null = await opened(url);
  const disconnect = async (): Promise<void> => {
    await session?.[Symbol.asyncDispose]();
    session = null;
  };
  await session.client.query(script);
  return {
    schema: await readSchema(session),
    trial: async () => {
      session ??= await opened(url);
      const trial = copyOf(url, session, () => trial.run('ROLLBACK', 'DISCARD ALL'));
      await trial.run('BEGIN');
      return trial;
    },
    copy: async (of = 'original') => {
      const name = `${template}_${randomBytes(4).toString('hex')}`;
      await disconnect();
      await admin(
        of === 'empty'
          ? `CREATE DATABASE ${name}`
          : `CREATE DATABASE ${name} TEMPLATE ${template} ${strategy}`,
      );
      const own = await opened(server.url(name));
      return copyOf(server.url(name), own, async () => {
        await own[Symbol.asyncDispose]();
        await admin(`DROP DATABASE ${name}`);
      });
    },
    [Symbol.asyncDispose]: async () => {
      await disconnect();
      await admin(`DROP DATABASE ${template}`);
    },
  };
}

/** `changed column app.customer.name: default, notNull` for each difference. */
export function inWords(differences: readonly SchemaDifference[]): string[] {
  return differences.map(({ change, expected, actual, attributes }) => {
    const object = expected ?? actual;
    const name = [object?.schema, object?.table, object?.name].filter(Boolean).join('.');
    const what = attributes.length === 0 ? '' : `: ${attributes.join(', ')}`;
    return `${change} ${object?.type} ${name}${what}`;
  });
}

/** The statements that lead to the expected schema, in their order. */
export function mending(expected: Schema, actual: Schema): readonly string[] {
  return mendPostgres(expected, actual, compareSchemas(expected, actual)).flatMap(
    ({ statements }) => statements,
  );
}
