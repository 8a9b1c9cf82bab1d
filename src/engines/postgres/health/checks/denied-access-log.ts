import { postgresCheck } from '../check.ts';

const silent = /^(log|fatal|panic)$/;
/** What a line needs to tell who was refused: the role, the database, the client. */
const parts = [
  ['%u', /%-?\d*u/],
  ['%d', /%-?\d*d/],
  ['%h', /%-?\d*[hr]/],
] as const;

/** A refusal is an ERROR like another (42501); pgaudit does not see it. */
export const deniedAccessLog = postgresCheck({
  id: 'denied-access-log',
  title: 'refused access that the log does not tell',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 3.1; jem-db: denied access is logged',
  sql: () => 'SELECT 1',
  judge(_rows, { settings }) {
    const value = (name: string): string => settings.get(name)?.setting ?? '';
    const quiet = ['log_min_messages', 'log_min_error_statement'].find((name) =>
      silent.test(value(name)),
    );
    const prefix = value('log_line_prefix');
    // Those forms have every part in columns of their own.
    const isWhole = /csvlog|jsonlog/.test(value('log_destination'));
    const missing = isWhole ? [] : parts.filter(([, part]) => !part.test(prefix));
    const lacks = missing.map(([part]) => part).join(' ');
    return {
      status: quiet === undefined && lacks === '' ? 'ok' : 'warning',
      value: null,
      summary:
        quiet !== undefined
          ? `${quiet} is ${value(quiet)}: refused statements are not logged`
          : lacks !== ''
            ? `log_line_prefix lacks ${lacks}: a refusal is logged, but not whose it was`
            : 'a refusal is logged, with the role, the database and the client',
      hint:
        quiet !== undefined
          ? `ALTER SYSTEM RESET ${quiet}; SELECT pg_reload_conf();`
          : `ALTER SYSTEM SET log_line_prefix = '${prefix.trimEnd().replaceAll("'", "''") || '%m [%p]'} ${missing.map(([part]) => part).join(' ')} '; SELECT pg_reload_conf();`,
    };
  },
});
