import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Engine, Restoring } from '../../src/engines/engine.ts';
import { openRepository } from '../../src/repository/open.ts';
import { type VerifyOptions, verifyBackup } from '../../src/restore/verify.ts';
import { compareFor } from '../../src/schema/difference.ts';
import { engineNamed } from '../../src/target.ts';
import { backUp, filled } from '../backup/setup.ts';
import { testEngines } from '../support/databases.ts';
import type { Project } from '../support/project.ts';
import { postgresVersions } from '../support/postgres.ts';

/** The engine, but that somebody changes each restored database before it is looked at. */
function meddling(engine: Engine, sql: string): Engine {
  return {
    ...engine,
    async restoring(): Promise<Restoring> {
      const restoring = await engine.restoring();
      return {
        ...restoring,
        async restoreIntoScratch(source, options) {
          const scratch = await restoring.restoreIntoScratch(source, options);
          await using session = await scratch.connect();
          await session.query(sql);
          return scratch;
        },
      };
    },
  };
}

const signal = new AbortController().signal;

function optionsFor(work: Project, title: string): VerifyOptions {
  const version = postgresVersions().find(({ major }) => title.endsWith(` ${major}`));
  return {
    ...{ place: null, binaries: version?.bin ?? null, jobs: 2, signal },
    environment: { env: process.env, cwd: work.path, home: work.path, user: 'root' },
    ledgerTable: 'jem_db_migrations',
    onProgress: () => {},
    async compareSchemas(engine, expected, actual) {
      const { differences } = await compareFor(engine, expected, actual, []);
      return differences.map(({ change, object }) => `${change} ${object.name}`);
    },
    recoveryOf: async () => null,
    page: () => '<!doctype html>',
  };
}

describe.each(testEngines())('a restored database of $title that is changed', (row) => {
  it.each([
    [
      "update users set name = 'Ada ' where id = 1",
      'content',
      /users: 2 rows in the backup, 2 rows restored, of other content/,
    ],
    ['update notes set user_id = 3 - user_id', 'content', /notes: 3 rows .* of other content/],
    ['delete from notes where id = 2', 'content', /notes: 3 rows in the backup, 2 rows restored/],
    ['drop index notes_user', 'schema', /missing notes_user/],
    ["delete from jem_db_migrations where name like '0002%'", 'ledger', /0002_notes is missing/],
    ['create table more (id integer)', 'content', /more: not there in the backup, 0 rows restored/],
  ])('by "%s" is found in its %s', async (sql, id, words) => {
    await using made = await filled(row);
    const { work } = made;
    const backup = await backUp(work);
    const repository = openRepository({
      ...{ location: join(work.path, 'backups'), key: null, compression: null, signal },
    });
    const engineOf = async (name: string): Promise<Engine> =>
      meddling(await engineNamed(name), sql);
    const result = await verifyBackup(repository, engineOf, 'latest', optionsFor(work, row.title));
    expect(result.verified).toBe(false);
    const found = result.checks.find((check) => check.id === id);
    expect(found).toEqual({ id, ok: false, detail: expect.stringMatching(words) });
    expect(await repository.proofs(backup.id)).toMatchObject([{ verified: false }]);
  });
});
