import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from './databases.ts';

const [ann, ben, project, other] = [1, 2, 3, 4].map(
  (n) => `01980000-0000-7000-8000-00000000000${n}`,
);

const ready = [
  `INSERT INTO users (id, email, name) VALUES ('${ann}', 'Ann@Example.org', 'Ann')`,
  `INSERT INTO users (id, email, name) VALUES ('${ben}', 'ben@example.org', 'Ben')`,
  `INSERT INTO projects (id, name, created_by) VALUES ('${project}', 'Idea', '${ann}')`,
  `INSERT INTO document_versions (project_id, document_type, version, content, created_by)
    VALUES ('${project}', 'spec', 1, 'first', '${ben}')`,
  `INSERT INTO alert_sessions (session_id, alert_id, alert_data, agent_type, status, started_at_us)
    VALUES ('s', 'a', '{"alert_type": "PodDown"}', 'kubernetes', 'pending', 1763719203123456)`,
  `INSERT INTO records (tenant, collection, id, data) VALUES ('t', 'c', 'r', '{}')`,
  `INSERT INTO sessions (id, data) VALUES ('s', '{}')`,
  `INSERT INTO key_value (key, value) VALUES ('k', 'null')`,
];

interface Violation {
  readonly constraint: string;
  readonly sql: string;
  /** How SQLite puts it: it names CHECK constraints and indexes over expressions alone. */
  readonly sqlite?: string;
}

const anotherProject = (columns: string, values: string) =>
  `INSERT INTO projects (name, created_by, ${columns}) VALUES ('x', '${ann}', ${values})`;
const execution = (columns: string, values: string) =>
  `INSERT INTO agent_executions (project_id, agent_type, correlation_id, ${columns})
    VALUES ('${project}', 'pm', '${other}', ${values})`;
const alert = (id: string, alertId: string, rest: string) =>
  `INSERT INTO alert_sessions (session_id, alert_id, alert_data, agent_type, status, started_at_us)
    VALUES ('${id}', '${alertId}', ${rest})`;

const violations: readonly Violation[] = [
  {
    constraint: 'users_email_unique',
    sql: `INSERT INTO users (email, name) VALUES ('aNN@eXAMPLE.ORG', 'Ann again')`,
  },
  { constraint: 'users_email_check', sql: `INSERT INTO users (email, name) VALUES ('ann', 'Ann')` },
  {
    constraint: 'users_profile_data_check',
    sql: `INSERT INTO users (email, name, profile_data) VALUES ('c@d', 'C', '[]')`,
  },
  {
    constraint: 'users_pk',
    sql: `INSERT INTO users (id, email, name) VALUES ('${ann}', 'c@d', 'C')`,
    sqlite: 'users.id',
  },
  {
    constraint: 'projects_created_by_fk',
    sql: `INSERT INTO projects (name, created_by) VALUES ('x', '${other}')`,
    sqlite: 'FOREIGN KEY constraint failed',
  },
  {
    constraint: 'projects_created_by_fk',
    sql: `DELETE FROM users WHERE id = '${ann}'`,
    sqlite: 'FOREIGN KEY constraint failed',
  },
  { constraint: 'projects_status_check', sql: anotherProject('status', `'lost'`) },
  { constraint: 'projects_language_check', sql: anotherProject('language', `'EN'`) },
  { constraint: 'projects_language_check', sql: anotherProject('language', `'en us'`) },
  { constraint: 'projects_current_step_check', sql: anotherProject('current_step', '5') },
  { constraint: 'projects_metadata_check', sql: anotherProject('metadata', `'"text"'`) },
  {
    constraint: 'document_versions_version_unique',
    sql: `INSERT INTO document_versions (project_id, document_type, version, content)
      VALUES ('${project}', 'spec', 1, 'again')`,
    sqlite:
      'document_versions.project_id, document_versions.document_type, document_versions.version',
  },
  {
    constraint: 'document_versions_version_check',
    sql: `INSERT INTO document_versions (project_id, document_type, version, content)
      VALUES ('${project}', 'spec', 0, '')`,
  },
  {
    constraint: 'document_versions_project_id_fk',
    sql: `INSERT INTO document_versions (project_id, document_type, version, content)
      VALUES ('${other}', 'spec', 1, '')`,
    sqlite: 'FOREIGN KEY constraint failed',
  },
  { constraint: 'agent_executions_status_check', sql: execution('status', `'done'`) },
  {
    constraint: 'agent_executions_completed_at_check',
    sql: execution(
      'started_at, completed_at',
      `'2026-01-02T00:00:00.000Z', '2026-01-01T00:00:00.000Z'`,
    ),
  },
  {
    constraint: 'exports_status_check',
    sql: `INSERT INTO exports (project_id, export_format, status) VALUES ('${project}', 'zip', '')`,
  },
  {
    constraint: 'exports_project_id_fk',
    sql: `INSERT INTO exports (project_id, export_format) VALUES ('${other}', 'zip')`,
    sqlite: 'FOREIGN KEY constraint failed',
  },
  {
    constraint: 'records_pk',
    sql: `INSERT INTO records (tenant, collection, id, data) VALUES ('t', 'c', 'r', '{}')`,
    sqlite: 'records.tenant, records.collection, records.id',
  },
  {
    constraint: 'records_names_check',
    sql: `INSERT INTO records (tenant, collection, id, data) VALUES ('', 'c', 'r', '{}')`,
  },
  {
    constraint: 'records_data_check',
    sql: `INSERT INTO records (tenant, collection, id, data) VALUES ('t', 'c', 'r2', '1')`,
  },
  {
    constraint: 'records_version_check',
    sql: `UPDATE records SET version = 0`,
  },
  { constraint: 'sessions_version_check', sql: `UPDATE sessions SET version = 0` },
  { constraint: 'sessions_data_check', sql: `INSERT INTO sessions (data) VALUES ('null')` },
  {
    constraint: 'sessions_pk',
    sql: `INSERT INTO sessions (id, data) VALUES ('s', '{}')`,
    sqlite: 'sessions.id',
  },
  {
    constraint: 'key_value_pk',
    sql: `INSERT INTO key_value (key, value) VALUES ('k', '1')`,
    sqlite: 'key_value.key',
  },
  {
    constraint: 'alert_sessions_alert_id_unique',
    sql: alert('s2', 'a', `'{}', 'kubernetes', 'pending', 1`),
    sqlite: 'alert_sessions.alert_id',
  },
  {
    constraint: 'alert_sessions_names_check',
    sql: alert('s2', 'a2', `'{}', 'kubernetes', '', 1`),
  },
  {
    constraint: 'alert_sessions_alert_data_check',
    sql: alert('s2', 'a2', `'[]', 'kubernetes', 'pending', 1`),
  },
  {
    constraint: 'alert_sessions_started_at_check',
    sql: alert('s2', 'a2', `'{}', 'kubernetes', 'pending', -1`),
  },
];

describe.each(engines)('$title', ({ major, create }) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await create();
    await database.migrate('up');
    for (const sql of ready) await database.rows(sql);
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test.each(violations)('names $constraint: $sql', async ({ constraint, sql, sqlite }) => {
    const refusal = await database.refusal(sql);
    expect(refusal).toContain(major === null ? (sqlite ?? constraint) : constraint);
  });

  test('text that is no JSON is refused', async () => {
    const words = major === null ? 'sessions_data_check' : 'invalid input syntax for type json';
    expect(await database.refusal(`INSERT INTO sessions (data) VALUES ('{')`)).toContain(words);
  });

  test('a start time keeps its microseconds', async () => {
    const [row] = await database.rows(
      `SELECT started_at_us FROM alert_sessions WHERE session_id = 's'`,
    );
    expect(String(row?.['started_at_us'])).toBe('1763719203123456');
  });

  test('keys are ordered by their bytes', async () => {
    for (const key of ['b', 'B', 'a', 'ä', 'Z', '_'])
      await database.rows(`INSERT INTO key_value (key, value) VALUES ('order ${key}', '1')`);
    const rows = await database.rows(
      `SELECT key FROM key_value WHERE key LIKE 'order%' ORDER BY key`,
    );
    expect(rows.map(({ key }) => String(key).slice(6)).join('')).toBe('BZ_abä');
  });

  test('an email is folded by A to Z alone, whatever the language of the database', async () => {
    for (const email of ['éve@example.org', 'ÉVE@example.org'])
      await database.rows(`INSERT INTO users (email, name) VALUES ('${email}', 'Eve')`);
    const found = await database.rows(`SELECT email FROM users WHERE name = 'Eve'`);
    expect(found).toHaveLength(2);
  });

  test('an author’s documents outlive the account; a project takes what is its own along', async () => {
    await database.rows(execution('status', `'running'`));
    await database.rows(
      `INSERT INTO exports (project_id, export_format, created_by) VALUES ('${project}', 'zip', '${ben}')`,
    );
    await database.rows(`DELETE FROM users WHERE id = '${ben}'`);
    const left = `SELECT created_by FROM document_versions UNION ALL SELECT created_by FROM exports`;
    expect(await database.rows(left)).toEqual([{ created_by: null }, { created_by: null }]);

    await database.rows(`DELETE FROM projects WHERE id = '${project}'`);
    const rest = `SELECT id FROM document_versions UNION ALL SELECT id FROM agent_executions
      UNION ALL SELECT id FROM exports`;
    expect(await database.rows(rest)).toEqual([]);
  });
});
