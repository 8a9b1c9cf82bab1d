import type { Finding } from '../../../health.ts';
import { nameOf, userRelations } from '../catalog.ts';
import { postgresCheck } from '../check.ts';
import type { HealthFacts } from '../facts.ts';

/**
 * Whether it logs is not believed of its settings but tried: for the length of one transaction its
 * lines are sent to the client as well, and a statement is run that has to bring one.
 */
const listen = [
  'SET LOCAL client_min_messages = notice',
  'SET LOCAL pgaudit.log_client = on',
  "SET LOCAL pgaudit.log_level = 'notice'",
  // Of no table: with pgaudit.log_catalog off, one of a catalog would bring no line.
  "SELECT 'jem-db looks whether this is logged'",
];

export const auditLog = postgresCheck<{ objects: number }>({
  id: 'audit-log',
  title: 'access to data that leaves no trace',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'jem-db: an audit log of data access; pgaudit',
  needs:
    'GRANT SET ON PARAMETER pgaudit.log_client, pgaudit.log_level TO {role}; -- before PostgreSQL 15: look as a superuser',
  before: (facts) => (isLoaded(facts) ? listen : []),
  sql: (facts) => (isLoaded(facts) ? audited(facts) : 'SELECT 0 AS objects'),
  judge: ([row], facts, _thresholds, notices) =>
    isLoaded(facts)
      ? judgeAudit(row?.objects ?? 0, facts, notices)
      : withoutAudit(facts.settings.get('log_statement')?.setting ?? ''),
});

function isLoaded({ settings }: HealthFacts): boolean {
  return settings.has('pgaudit.log');
}

function setting({ settings }: HealthFacts, name: string): string {
  return settings.get(name)?.setting ?? '';
}

/**
 * A SELECT of a table that the auditor was granted, of no row: one on which nobody has, or waits
 * for, the lock that keeps readers out.
 */
function audited(facts: HealthFacts): string {
  const auditor = setting(facts, 'pgaudit.role').replaceAll("'", "''");
  return `
    SELECT count(query_to_xml(format('SELECT 1 FROM %s LIMIT 0', name), true, false, ''))::int AS objects
    FROM (
      SELECT ${nameOf('t')} AS name FROM ${userRelations('t', 'rp')}
      JOIN pg_roles r ON r.rolname = '${auditor}'
      WHERE has_table_privilege(r.oid, t.oid, 'SELECT') AND has_table_privilege(t.oid, 'SELECT')
        AND NOT EXISTS (SELECT FROM pg_locks l WHERE l.relation = t.oid AND l.mode = 'AccessExclusiveLock')
      LIMIT 1
    ) one`;
}

/** Classes of statements that pgaudit.log names: `all, -misc`. */
function logs(list: string, what: string): boolean {
  const words = list.toLowerCase().split(/[\s,]+/);
  return !words.includes(`-${what}`) && (words.includes(what) || words.includes('all'));
}

function judgeAudit(objects: number, facts: HealthFacts, notices: readonly string[]): Finding {
  const classes = setting(facts, 'pgaudit.log');
  const auditor = setting(facts, 'pgaudit.role');
  const came = (kind: string): boolean =>
    notices.some((notice) => notice.startsWith(`AUDIT: ${kind},`) && notice.includes('SELECT'));
  const found = (status: Finding['status'], summary: string): Finding => ({
    ...{ status, value: null, summary },
    hint: "ALTER SYSTEM SET pgaudit.log = 'read, write, ddl, role'; SELECT pg_reload_conf(); or, table by table: ALTER SYSTEM SET pgaudit.role = 'auditor'; GRANT SELECT, INSERT, UPDATE, DELETE ON … TO auditor;",
  });
  const missing = ['read', 'write'].filter((what) => !logs(classes, what));
  if (logs(classes, 'read') && !came('SESSION'))
    return found('critical', `pgaudit.log is ${classes}, but a SELECT brought no line of it`);
  if (missing.length === 0)
    return found('ok', `pgaudit logs what is read and written (${classes}); a SELECT proved it`);
  if (auditor === '')
    return found('warning', `pgaudit is loaded, but logs no ${missing.join(' and no ')}`);
  if (came('OBJECT'))
    return found('ok', `pgaudit logs the tables granted to ${auditor}; a SELECT of one proved it`);
  return objects > 0
    ? found('critical', `a SELECT of a table granted to ${auditor} brought no line of pgaudit`)
    : found(
        'unknown',
        `no table was found that ${auditor} was granted and ${facts.user} may read: not proved`,
      );
}

function withoutAudit(statements: string): Finding {
  return {
    status: statements === 'all' ? 'ok' : 'warning',
    value: null,
    summary:
      statements === 'all'
        ? 'every statement is logged (log_statement is all)'
        : `pgaudit is not loaded and log_statement is ${statements}: who read what is not in the log`,
    // As a list: in one pair of quotes it would be one name, and the server would not start.
    hint: "Install the package postgresql-NN-pgaudit; ALTER SYSTEM SET shared_preload_libraries = 'pgaudit' (list what is there already before it: 'pg_stat_statements', 'pgaudit'); restart; ALTER SYSTEM SET pgaudit.log = 'read, write, ddl, role'; SELECT pg_reload_conf();",
  };
}
