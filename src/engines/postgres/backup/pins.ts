/**
 * Settings of a session that reads a snapshot: texts of values come out the same whatever the
 * server, the database or the role says, and no time limit ends a long work. For `SET LOCAL`.
 */
const settings: Readonly<Record<string, string>> = {
  search_path: `''`,
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  timezone: `'UTC'`,
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  lc_monetary: `'C'`,
  quote_all_identifiers: 'off',
  row_security: 'off',
  // Compiling costs more than it saves on expressions that call functions.
  jit: 'off',
  // The sessions are as many as were allowed.
  max_parallel_workers_per_gather: '0',
  ...{ statement_timeout: '0', lock_timeout: '0', idle_in_transaction_session_timeout: '0' },
};

/** Statements for within the transaction. */
export function pins(): readonly string[] {
  return Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = ${value}`);
}

/** A transaction that sees one moment, and may take as long as it likes. */
export function beginReading(major: number): readonly string[] {
  return [
    'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
    'SET LOCAL statement_timeout = 0',
    'SET LOCAL idle_in_transaction_session_timeout = 0',
    ...(major >= 17 ? ['SET LOCAL transaction_timeout = 0'] : []),
  ];
}
