import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from './databases.ts';

const id = '01980000-0000-7000-8000-000000000001';
const soon = '2026-11-21T10:00:00.000Z';

/** Queries the applications ask often, each with the index that is there for it. */
const queries: readonly {
  readonly index: string;
  readonly sql: string;
  readonly sqlite?: string;
}[] = [
  {
    index: 'records_updated_at_index',
    sql: `FROM records WHERE tenant = 't' AND collection = 'c' AND updated_at > '${soon}'`,
  },
  { index: 'users_email_unique', sql: `FROM users WHERE lower(email) = lower('Ann@Example.org')` },
  { index: 'projects_created_by_index', sql: `FROM projects WHERE created_by = '${id}'` },
  {
    index: 'document_versions_created_by_index',
    sql: `FROM document_versions WHERE created_by = '${id}'`,
  },
  {
    index: 'agent_executions_correlation_id_index',
    sql: `FROM agent_executions WHERE correlation_id = '${id}'`,
  },
  {
    index: 'agent_executions_project_id_index',
    sql: `FROM agent_executions WHERE project_id = '${id}'`,
  },
  { index: 'agent_executions_status_index', sql: `FROM agent_executions WHERE status = 'running'` },
  { index: 'exports_project_id_index', sql: `FROM exports WHERE project_id = '${id}'` },
  {
    index: 'exports_expires_at_index',
    sql: `FROM exports WHERE status = 'completed' AND expires_at < '${soon}'`,
  },
  {
    index: 'sessions_state_index',
    sql: `FROM sessions WHERE data ->> 'state' = 'open'`,
    sqlite: `FROM sessions WHERE json_extract(data, '$.state') = 'open'`,
  },
  { index: 'sessions_updated_at_index', sql: `FROM sessions ORDER BY updated_at DESC LIMIT 10` },
  { index: 'key_value_expires_at_index', sql: `FROM key_value WHERE expires_at <= '${soon}'` },
  {
    index: 'alert_sessions_agent_type_index',
    sql: `FROM alert_sessions WHERE agent_type = 'base'`,
  },
  {
    index: 'alert_sessions_alert_type_index',
    sql: `FROM alert_sessions WHERE alert_type = 'PodDown'`,
  },
  {
    index: 'alert_sessions_status_started_at_index',
    sql: `FROM alert_sessions WHERE status = 'failed' ORDER BY started_at_us DESC LIMIT 10`,
  },
];

describe.each(engines)('$title', ({ major, create }) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await create();
    await database.migrate('up');
    // Empty tables are scanned whole unless that is forbidden.
    if (major !== null) await database.rows('SET enable_seqscan = off');
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test.each(queries)('$index serves $sql', async ({ index, sql, sqlite }) => {
    const explain = major === null ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const body = major === null ? (sqlite ?? sql) : sql;
    const plan = await database.rows(`${explain} SELECT * ${body}`);
    expect(JSON.stringify(plan)).toContain(index);
  });
});
