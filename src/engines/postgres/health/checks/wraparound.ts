import type { Finding, Thresholds } from '../../../health.ts';
import { postgresCheck } from '../check.ts';
import { type HealthFacts, numberIn } from '../facts.ts';
import { inMillions, quotedName } from '../words.ts';

interface Aged {
  readonly name: string;
  readonly age: number;
  /** False: as template0, which only autovacuum comes to. */
  readonly open: boolean;
}

/** The server stops to take writes 3 million before this. */
const end = 2 ** 31;

interface Counter {
  readonly what: string;
  /** The settings of it begin with this: `autovacuum_freeze_max_age`, `vacuum_failsafe_age`. */
  readonly kind: '' | 'multixact_';
  readonly usual: Thresholds;
}

function judge(
  rows: readonly Aged[],
  facts: HealthFacts,
  thresholds: Thresholds | null,
  { what, kind, usual }: Counter,
): Finding {
  const { name, age, open } = rows[0]!;
  const forced = numberIn(facts, `autovacuum_${kind}freeze_max_age`);
  // Autovacuum begins its work at that age: a little over it is the saw's tooth, not a finding.
  const begun =
    age < Math.min(forced * 1.1, thresholds?.critical ?? Infinity) &&
    thresholds?.warning === usual.warning;
  const left = Math.round((100 * age) / end);
  return {
    status: begun ? 'ok' : null,
    value: age,
    summary: `the oldest ${what} of ${name} is ${inMillions(age)} old, ${left} % of what there is; vacuum is forced at ${inMillions(forced)}, hurries at ${inMillions(numberIn(facts, `vacuum_${kind}failsafe_age`))}`,
    hint: `${open ? '' : `Let it be connected to: ALTER DATABASE ${quotedName(name)} ALLOW_CONNECTIONS true; `}Connect to ${name}; table-freeze-age names the tables, xmin-horizon what keeps vacuum from them. Then: VACUUM (FREEZE); of the worst tables first, or of all: vacuumdb --freeze --jobs 2 ${name}`,
    objects: rows.map((row) => ({
      name: row.name,
      value: row.age,
      detail: `${inMillions(row.age)} old`,
    })),
  };
}

const sql = (age: string): string => `
  SELECT datname::text AS name, ${age}::float8 AS age, datallowconn AS open FROM pg_database ORDER BY 2 DESC LIMIT 100`;

const shared = {
  group: 'vacuum',
  unit: null,
  source:
    'postgresai: freeze_max_age, 1e9; check_postgres 1.3e9 and 1.4e9; the server stops at 2.1e9',
} as const;

const usualXids = { warning: 200e6, critical: 1e9 };

export const xidWraparound = postgresCheck<Aged>({
  ...shared,
  id: 'xid-wraparound',
  title: 'age of the oldest transaction id of each database',
  thresholds: usualXids,
  sql: () => sql('age(datfrozenxid)'),
  judge: (rows, facts, thresholds) =>
    judge(rows, facts, thresholds, { what: 'transaction id', kind: '', usual: usualXids }),
});

const usualMultixacts = { warning: 400e6, critical: 1e9 };

export const multixactWraparound = postgresCheck<Aged>({
  ...shared,
  id: 'multixact-wraparound',
  title: 'age of the oldest multixact id of each database',
  thresholds: usualMultixacts,
  sql: () => sql('mxid_age(datminmxid)'),
  judge: (rows, facts, thresholds) =>
    judge(rows, facts, thresholds, {
      what: 'multixact id',
      kind: 'multixact_',
      usual: usualMultixacts,
    }),
});
