import { postgresCheck } from '../check.ts';

export const ddlLog = postgresCheck({
  id: 'ddl-log',
  title: 'changes of the schema that leave no trace',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 3.1; jem-db',
  sql: () => 'SELECT 1',
  judge(_rows, { settings }) {
    const statements = settings.get('log_statement')?.setting ?? '';
    const audited = settings.get('pgaudit.log')?.setting ?? '';
    const byAudit = /\b(ddl|all)\b/i.test(audited) && !/-\s*ddl\b/i.test(audited);
    const byLog = /^(ddl|mod|all)$/.test(statements);
    return {
      status: byLog || byAudit ? 'ok' : 'warning',
      value: null,
      summary: byLog
        ? `changes of the schema are logged (log_statement is ${statements})`
        : byAudit
          ? `changes of the schema are logged (pgaudit.log is ${audited})`
          : `log_statement is ${statements}: who changed the schema is not in the log`,
      hint: "ALTER SYSTEM SET log_statement = 'ddl'; SELECT pg_reload_conf();",
    };
  },
});
