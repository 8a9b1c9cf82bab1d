import type { Finding } from '../../../health.ts';
import { postgresCheck } from '../check.ts';
import { type HealthFacts, numberIn } from '../facts.ts';
import { inMillions } from '../words.ts';

interface Aged {
  readonly name: string;
  readonly age: number;
}

/** The server stops to take writes 3 million before this. */
const end = 2 ** 31;

interface Counter {
  readonly what: string;
  /** The settings of it begin with this: `autovacuum_freeze_max_age`, `vacuum_failsafe_age`. */
  readonly kind: '' | 'multixact_';
}

function judge(rows: readonly Aged[], facts: HealthFacts, { what, kind }: Counter): Finding {
  const { name, age } = rows[0]!;
  const forced = numberIn(facts, `autovacuum_${kind}freeze_max_age`);
  // Autovacuum begins its work at that age: a little over it is the saw's tooth, not a finding.
  const begun = age < forced * 1.1;
  const left = Math.round((100 * age) / end);
  return {
    status: begun ? 'ok' : null,
    value: age,
    summary: `the oldest ${what} of ${name} is ${inMillions(age)} old, ${left} % of what there is; vacuum is forced at ${inMillions(forced)}, hurries at ${inMillions(numberIn(facts, `vacuum_${kind}failsafe_age`))}`,
    hint: `Connect to ${name}; table-freeze-age names the tables, xmin-horizon what keeps vacuum from them. Then: VACUUM (FREEZE); of the worst tables first, or of all: vacuumdb --freeze --jobs 2 ${name}`,
    objects: rows.map((row) => ({
      name: row.name,
      value: row.age,
      detail: `${inMillions(row.age)} old`,
    })),
  };
}

const sql = (age: string): string => `
  SELECT datname::text AS name, ${age}::float8 AS age FROM pg_database ORDER BY 2 DESC LIMIT 100`;

const shared = {
  group: 'vacuum',
  unit: null,
  thresholds: { warning: 200e6, critical: 1e9 },
  source:
    'postgresai: freeze_max_age, 1e9; check_postgres 1.3e9 and 1.4e9; the server stops at 2.1e9',
} as const;

export const xidWraparound = postgresCheck<Aged>({
  ...shared,
  id: 'xid-wraparound',
  title: 'age of the oldest transaction id of each database',
  sql: () => sql('age(datfrozenxid)'),
  judge: (rows, facts) => judge(rows, facts, { what: 'transaction id', kind: '' }),
});

export const multixactWraparound = postgresCheck<Aged>({
  ...shared,
  id: 'multixact-wraparound',
  title: 'age of the oldest multixact id of each database',
  thresholds: { warning: 400e6, critical: 1e9 },
  sql: () => sql('mxid_age(datminmxid)'),
  judge: (rows, facts) => judge(rows, facts, { what: 'multixact id', kind: 'multixact_' }),
});
