import { postgresCheck } from '../check.ts';

/** From mildest to gravest; what is not among them comes before `error`. */
const graverThanError = ['log', 'fatal', 'panic'];

const names = ['log_min_messages', 'log_min_error_statement'] as const;

export const logging = postgresCheck({
  id: 'logging',
  title: 'a log without errors and their statements',
  group: 'settings',
  unit: null,
  thresholds: null,
  source: 'manual, When to Log; CIS PostgreSQL Benchmark 3.1',
  sql: () => 'SELECT',
  judge(_rows, { settings }) {
    const silent = names.filter((name) =>
      graverThanError.includes(settings.get(name)?.setting ?? ''),
    );
    return {
      status: silent.length > 0 ? 'warning' : 'ok',
      value: null,
      summary:
        silent.length > 0
          ? `${silent.map((name) => `${name} is ${settings.get(name)?.setting}`).join(', ')}: what fails, and why, is not in the log`
          : 'errors and the statements that fail are logged',
      hint: `${silent.map((name) => `ALTER SYSTEM RESET ${name};`).join(' ')} SELECT pg_reload_conf();`,
    };
  },
});
