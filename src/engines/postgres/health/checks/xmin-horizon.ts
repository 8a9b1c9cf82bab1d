import { postgresCheck } from '../check.ts';
import { counted, inMillions, quotedText } from '../words.ts';

type Kind = 'session' | 'prepared transaction' | 'slot' | 'standby';

interface Holder {
  readonly kind: Kind;
  readonly name: string;
  readonly age: number;
  readonly detail: string;
}

const end: Readonly<Record<Kind, (name: string) => string>> = {
  session: (pid) => `If it may go: SELECT pg_terminate_backend(${pid});`,
  'prepared transaction': (gid) =>
    `In its database: COMMIT PREPARED ${quotedText(gid)}; or: ROLLBACK PREPARED ${quotedText(gid)};`,
  slot: (name) =>
    `Bring its consumer back, or: SELECT pg_drop_replication_slot(${quotedText(name)});`,
  standby: () =>
    'A query on that standby holds it (hot_standby_feedback): end it there, look at long-transactions of the standby.',
};

export const xminHorizon = postgresCheck<Holder>({
  id: 'xmin-horizon',
  title: 'what keeps vacuum from removing dead rows',
  group: 'vacuum',
  unit: null,
  thresholds: { warning: 10e6, critical: 100e6 },
  source: 'jem-db; holders: check_pgactivity, postgresai',
  needs: 'pg_monitor',
  silentWithout: 'readAllStats',
  sql: () => `
    SELECT * FROM (
      SELECT 'session' AS kind, a.pid::text AS name, greatest(age(a.backend_xmin), age(a.backend_xid))::float8 AS age,
        concat_ws(' ', a.usename, 'in ' || a.datname, a.state, 'since ' || a.xact_start) AS detail
      FROM pg_stat_activity a
      WHERE a.backend_type <> 'walsender' AND a.pid <> pg_backend_pid()
        -- Vacuum itself holds nothing back.
        AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.pid = a.pid)
      UNION ALL
      SELECT 'prepared transaction', p.gid, age(p.transaction)::float8, concat_ws(' ', 'of', p.owner, 'in', p.database, 'since', p.prepared)
      FROM pg_prepared_xacts p
      UNION ALL
      SELECT 'slot', s.slot_name, greatest(age(s.xmin), age(s.catalog_xmin))::float8,
        concat_ws(' ', s.slot_type, s.database, CASE WHEN s.active THEN 'active' ELSE 'not active' END)
      FROM pg_replication_slots s WHERE s.wal_status IS DISTINCT FROM 'lost'
      UNION ALL
      SELECT 'standby', coalesce(nullif(r.application_name, ''), r.pid::text), age(r.backend_xmin)::float8,
        concat_ws(' ', host(r.client_addr), r.state)
      FROM pg_stat_replication r) h
    WHERE age IS NOT NULL ORDER BY age DESC, kind LIMIT 100`,
  judge(rows, _facts, thresholds) {
    const [worst] = rows;
    if (!worst)
      return { status: null, value: 0, summary: 'nothing holds back the horizon', hint: null };
    const { kind, name, age } = worst;
    return {
      status: null,
      value: age,
      summary: `the ${kind} ${name} holds it back by ${counted(age, 'transaction', 'transactions')}`,
      hint: `No row that died since is removed, in no table. ${end[kind](name)}`,
      objects: rows
        .filter((row) => row.age >= (thresholds?.warning ?? 0))
        .map((row) => ({
          name: `${row.kind} ${row.name}`,
          value: row.age,
          detail: `${inMillions(row.age)} transactions, ${row.detail}`,
        })),
    };
  },
});
