import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';
import { storageOption } from '../parts.ts';
import { counted, inMillions } from '../words.ts';

interface Aged {
  readonly name: string;
  /** Per cent of the age at which autovacuum must begin, of the worse of both counters. */
  readonly share: number;
  readonly xids: number;
  readonly multixacts: number;
}

export const tableFreezeAge = postgresCheck<Aged>({
  id: 'table-freeze-age',
  title: 'tables that should have been frozen',
  group: 'vacuum',
  unit: '%',
  thresholds: { warning: 120, critical: 500 },
  source: 'jem-db: of autovacuum_freeze_max_age',
  sql: () => {
    // A table may ask for it earlier, never later.
    const limit = (name: string): string =>
      `least(${storageOption(name)}, current_setting('${name}')::float8)`;
    return `
    SELECT format('%I.%I', n.nspname, m.relname) AS name, max(s.share) AS share, max(s.xids) AS xids, max(s.multixacts) AS multixacts
    FROM pg_class c
    CROSS JOIN LATERAL (SELECT age(c.relfrozenxid)::float8 AS xids,
      (CASE WHEN c.relminmxid = '0' THEN 0 ELSE mxid_age(c.relminmxid) END)::float8 AS multixacts) a
    CROSS JOIN LATERAL (SELECT a.xids, a.multixacts, 100 * greatest(a.xids / ${limit('autovacuum_freeze_max_age')},
      a.multixacts / ${limit('autovacuum_multixact_freeze_max_age')}) AS share) s
    LEFT JOIN pg_class t ON c.relkind = 't' AND t.reltoastrelid = c.oid
    JOIN pg_class m ON m.oid = coalesce(t.oid, c.oid) JOIN pg_namespace n ON n.oid = m.relnamespace
    WHERE c.relkind IN ('r', 'm', 't') AND c.relfrozenxid <> '0'
    GROUP BY 1 ORDER BY 2 DESC LIMIT 20`;
  },
  judge(rows, facts) {
    const worst = rows[0]!;
    const late = rows.filter(({ share }) => share >= 110);
    return {
      status: null,
      value: Math.round(worst.share),
      summary: `the oldest is ${worst.name}: ${inMillions(worst.xids)} transactions, ${Math.round(worst.share)} % of the age at which it must be frozen (${inMillions(numberIn(facts, 'autovacuum_freeze_max_age'))})${late.length > 1 ? `; ${counted(late.length, 'table is', 'tables are')} late` : ''}`,
      hint: `On the primary: VACUUM (FREEZE) ${worst.name}; if it does not get younger, something holds back the horizon: look at xmin-horizon.`,
      objects: late.map(({ name, share, xids, multixacts }) => ({
        name,
        value: Math.round(share),
        detail: `${inMillions(xids)} transactions, ${inMillions(multixacts)} multixacts old`,
      })),
    };
  },
});
