import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from './databases.ts';

const count =
  'SELECT count(*)::integer AS records, count(DISTINCT tenant)::integer AS tenants FROM records';
const nothing = [{ records: 0, tenants: 0 }];
const refused = 'new row violates row-level security policy for table "records"';
const forAnn = `INSERT INTO records (tenant, collection, id, data) VALUES ('ann', 'notes', '9', '{}')`;

describe.each(engines.filter(({ major }) => major !== null))('$title', ({ create }) => {
  const suffix = randomBytes(4).toString('hex');
  const application = `application_${suffix}`;
  const owner = `owner_${suffix}`;
  const auditor = `auditor_${suffix}`;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await create();
    await database.migrate('up');
    await database.rows(`
      CREATE ROLE ${application};
      CREATE ROLE ${owner};
      CREATE ROLE ${auditor} BYPASSRLS;
      GRANT SELECT, INSERT, UPDATE, DELETE ON records TO ${application};
      GRANT SELECT ON records TO ${auditor};
      ALTER TABLE records OWNER TO ${owner};
      INSERT INTO records (tenant, collection, id, data)
        SELECT tenant, 'notes', n::text, '{}'
        FROM unnest(ARRAY['ann', 'ben', 'eve']) AS tenant, generate_series(1, 3) AS n;`);
  });
  afterAll(async () => {
    await database.rows('RESET ROLE');
    for (const role of [application, owner, auditor])
      await database.rows(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await database[Symbol.asyncDispose]();
  });

  describe.each([
    ['a role that was granted the table', application],
    ['the owner', owner],
  ])('%s', (_, role) => {
    beforeAll(async () => {
      await database.rows(`RESET ALL; SET ROLE ${role}`);
    });

    test('sees and writes nothing without a tenant', async () => {
      expect(await database.rows(count)).toEqual(nothing);
      expect(await database.refusal(forAnn)).toBe(refused);
      expect(await database.rows(`UPDATE records SET version = 2 RETURNING id`)).toEqual([]);
      expect(await database.rows('DELETE FROM records RETURNING id')).toEqual([]);
    });

    test('sees, changes and deletes the records of its tenant alone', async () => {
      await database.rows(`SET jem_db.tenant = 'ann'`);
      expect(await database.rows(count)).toEqual([{ records: 3, tenants: 1 }]);
      expect(
        await database.rows(`UPDATE records SET version = version + 1 RETURNING tenant`),
      ).toEqual([{ tenant: 'ann' }, { tenant: 'ann' }, { tenant: 'ann' }]);
      await database.rows(forAnn);
      expect(await database.rows(`DELETE FROM records WHERE id = '9' RETURNING tenant`)).toEqual([
        { tenant: 'ann' },
      ]);
    });

    test('cannot reach another tenant by naming it', async () => {
      await database.rows(`SET jem_db.tenant = 'ann'`);
      expect(await database.rows(`SELECT * FROM records WHERE tenant = 'ben'`)).toEqual([]);
      expect(
        await database.rows(`UPDATE records SET version = 9 WHERE tenant = 'ben' RETURNING id`),
      ).toEqual([]);
      expect(await database.refusal(`UPDATE records SET tenant = 'ben'`)).toBe(refused);
      expect(
        await database.refusal(
          `INSERT INTO records (tenant, collection, id, data) VALUES ('ben', 'notes', '9', '{}')`,
        ),
      ).toBe(refused);
    });

    test('sees nothing after the setting is reset or its transaction has ended', async () => {
      await database.rows(`SET jem_db.tenant = 'ann'`);
      await database.rows('RESET jem_db.tenant');
      expect(await database.rows(count)).toEqual(nothing);
      await database.rows(`BEGIN; SET LOCAL jem_db.tenant = 'ann'; COMMIT`);
      expect(await database.rows(count)).toEqual(nothing);
      expect(await database.refusal(forAnn)).toBe(refused);
    });

    test('a tenant nobody has, an empty one and a quote in it see nothing', async () => {
      for (const tenant of ['nobody', '', `' OR ''='`, 'ANN', 'ann ']) {
        await database.rows(`SELECT set_config('jem_db.tenant', $$${tenant}$$, false)`);
        expect(await database.rows(count)).toEqual(nothing);
      }
    });
  });

  test('a role that may pass by the policies sees all, by the JSON index', async () => {
    await database.rows(`RESET ALL; SET ROLE ${auditor}; SET enable_seqscan = off`);
    expect(await database.rows(count)).toEqual([{ records: 9, tenants: 3 }]);
    const plan = await database.rows(
      `EXPLAIN SELECT * FROM records WHERE data @> '{"a": {"b": 1}}'`,
    );
    expect(JSON.stringify(plan)).toContain('records_data_index');
  });
});
