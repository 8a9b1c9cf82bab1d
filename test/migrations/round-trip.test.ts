import { describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from './databases.ts';

const tables = [
  'agent_executions',
  'alert_sessions',
  'document_versions',
  'exports',
  'key_value',
  'projects',
  'records',
  'sessions',
  'users',
];

async function hasRecordsIndex(database: TestDatabase): Promise<boolean> {
  return (await database.objects()).includes('records_updated_at_index');
}

describe.each(engines)('$title', ({ major, create }) => {
  const all = [
    ...(major === null ? [] : ['0001_uuid_v7']),
    '0002_records',
    '0003_idea',
    '0004_sessions',
    '0005_alert_sessions',
  ];

  test('up makes the tables, down leaves nothing, up again makes the same', async () => {
    await using database = await create();
    expect(await database.migrate('up')).toEqual(all);
    const made = await database.objects();
    expect(made).toEqual(expect.arrayContaining(tables));

    const reverted = await database.migrate('down', '--to', '0', '--yes');
    expect(reverted).toEqual(all.toReversed());
    expect(await database.objects()).toEqual([]);

    await database.migrate('up');
    expect(await database.objects()).toEqual(made);
  });

  test('each migration goes down and up by itself', async () => {
    await using database = await create();
    await database.migrate('up');
    const made = await database.objects();
    for (const steps of all.keys()) {
      await database.migrate('down', '--step', String(steps + 1), '--yes');
      await database.migrate('up');
      expect(await database.objects()).toEqual(made);
    }
  });

  test('records that are there already stay, and get the index they lack', async () => {
    await using database = await create();
    const [json, time, key] =
      major === null ? ['TEXT', 'TEXT', 'TEXT'] : ['jsonb', 'timestamptz', 'text'];
    await database.rows(`CREATE TABLE records (
      tenant ${key} NOT NULL, collection ${key} NOT NULL, id ${key} NOT NULL, data ${json} NOT NULL,
      version integer NOT NULL, created_at ${time} NOT NULL, updated_at ${time} NOT NULL,
      PRIMARY KEY (tenant, collection, id))`);
    await database.rows(`INSERT INTO records
      VALUES ('t', 'c', 'r', '{}', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`);
    expect(await hasRecordsIndex(database)).toBe(false);

    await database.migrate('up');
    expect(await hasRecordsIndex(database)).toBe(true);
    expect(await database.rows('SELECT id FROM records')).toEqual([{ id: 'r' }]);
  });
});

describe.each(engines.filter(({ major }) => major === 18))('$title', ({ create }) => {
  const ours = `COMMENT ON FUNCTION public.uuidv7() IS
    'jem-db: UUID version 7 (RFC 9562), as PostgreSQL 18 has it natively'`;
  const leftover = 'CREATE FUNCTION public.uuidv7() RETURNS uuid RETURN gen_random_uuid()';

  test('down takes along the function that an upgraded server brought with it', async () => {
    await using database = await create();
    await database.migrate('up');
    await database.rows(`${leftover}; ${ours}`);
    await database.migrate('down', '--to', '0', '--yes');
    expect(await database.objects()).toEqual([]);
  });

  test('down leaves a function of that name that somebody else made', async () => {
    await using database = await create();
    await database.rows(leftover);
    await database.migrate('up');
    await database.migrate('down', '--to', '0', '--yes');
    expect(await database.objects()).toEqual(['uuidv7']);
  });
});
