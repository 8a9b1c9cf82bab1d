import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type Row, type TestDatabase } from './databases.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const owner = `(SELECT id FROM users)`;
const project = `(SELECT id FROM projects)`;

/** One row of every table that makes its own key, in an order that serves the foreign keys. */
const inserts: readonly string[] = [
  `INSERT INTO users (email, name) VALUES ('ann@example.org', 'Ann') RETURNING *`,
  `INSERT INTO projects (name, created_by) VALUES ('Idea', ${owner}) RETURNING *`,
  `INSERT INTO document_versions (project_id, document_type, version, content)
    VALUES (${project}, 'spec', 1, '') RETURNING *`,
  `INSERT INTO agent_executions (project_id, agent_type, correlation_id)
    VALUES (${project}, 'pm', ${owner}) RETURNING *`,
  `INSERT INTO exports (project_id, export_format) VALUES (${project}, 'zip') RETURNING *`,
  `INSERT INTO records (tenant, collection, data) VALUES ('t', 'c', '{}') RETURNING *`,
  `INSERT INTO sessions (data) VALUES ('{}') RETURNING *`,
  `INSERT INTO alert_sessions (alert_id, agent_type, status, started_at_us)
    VALUES ('a', 'kubernetes', 'pending', 1) RETURNING session_id AS id`,
];

function timeOf(uuid: string): number {
  return Number.parseInt(uuid.replace('-', '').slice(0, 12), 16);
}

function milliseconds(value: unknown): number {
  return value instanceof Date ? value.getTime() : Date.parse(String(value));
}

describe.each(engines)('$title', ({ create }) => {
  let database: TestDatabase;
  let made: Row[];
  let before: number;
  let after: number;
  beforeAll(async () => {
    database = await create();
    await database.migrate('up');
    made = [];
    before = Date.now();
    for (const sql of inserts) made.push(...(await database.rows(sql)));
    after = Date.now();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test('every table makes UUIDs of version 7 with the time in them', () => {
    const ids = made.map(({ id }) => String(id));
    expect(ids).toHaveLength(inserts.length);
    for (const id of ids) {
      expect(id).toMatch(version7);
      expect(timeOf(id)).toBeGreaterThanOrEqual(before);
      expect(timeOf(id)).toBeLessThanOrEqual(after);
    }
    expect(ids.map(timeOf)).toEqual(ids.map(timeOf).toSorted((a, b) => a - b));
  });

  test('times default to now, to the millisecond', () => {
    const times = made.flatMap((row) =>
      ['created_at', 'updated_at', 'started_at'].map((name) => row[name]).filter(Boolean),
    );
    expect(times).toHaveLength(11);
    for (const time of times) {
      // timestamptz(3) rounds, so half a millisecond may be the next one.
      expect(milliseconds(time)).toBeGreaterThanOrEqual(before);
      expect(milliseconds(time)).toBeLessThanOrEqual(after + 1);
    }
  });

  test('a thousand keys are a thousand, in the order of time', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 1000; n++)
      for (const { id } of await database.rows(
        `INSERT INTO sessions (data) VALUES ('{}') RETURNING id`,
      ))
        ids.push(String(id));
    expect(new Set(ids)).toHaveProperty('size', 1000);
    expect(ids.map(timeOf)).toEqual(ids.map(timeOf).toSorted((a, b) => a - b));
    const random = ids.map((id) => id.slice(20));
    expect(new Set(random)).toHaveProperty('size', 1000);
  });
});

describe.each(engines.filter(({ major }) => major === null))('$title', ({ create }) => {
  test('times are written in one way, so that they sort as text', async () => {
    await using database = await create();
    await database.migrate('up');
    const insert = (time: string) =>
      `INSERT INTO key_value (key, value, expires_at) VALUES ('${time}', '1', '${time}')`;
    await database.rows(insert(new Date('2026-11-21T10:00:00.999Z').toISOString()));
    for (const time of [
      '2026-11-21 10:00:00',
      '2026-11-21T10:00:00Z',
      '2026-11-21T10:00:00.000+01:00',
      '2026-02-30T10:00:00.000Z',
      '1763719203',
    ])
      expect(await database.refusal(insert(time))).toContain('key_value_times_check');
  });
});

describe.each(engines.filter(({ major }) => major !== null))('$title', ({ major, create }) => {
  test('ids of one statement follow each other', async () => {
    await using database = await create();
    await database.migrate('up');
    const [row] = await database.rows(`
      SELECT count(*) FILTER (WHERE id <= before) AS back, count(DISTINCT id) AS ids
      FROM (
        SELECT id, lag(id) OVER (ORDER BY n) AS before
        FROM (SELECT n, uuidv7() AS id FROM generate_series(1, 20000) AS n) AS made
      ) AS pairs`);
    expect(row).toEqual({ back: '0', ids: '20000' });
  });

  test('the native function is used where there is one', async () => {
    await using database = await create();
    await database.migrate('up');
    const [row] = await database.rows(`
      SELECT to_regprocedure('uuidv7()')::oid < 16384 AS native,
        to_regprocedure('public.uuidv7()') IS NULL AS alone`);
    const native = major !== null && major >= 18;
    expect(row).toEqual({ native, alone: native });
  });
});
