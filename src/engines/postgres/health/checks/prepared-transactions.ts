import { postgresCheck } from '../check.ts';
import { numberIn } from '../facts.ts';
import { counted, inTime, quotedText } from '../words.ts';

export const preparedTransactions = postgresCheck<{
  gid: string;
  owner: string;
  database: string;
  seconds: number;
}>({
  id: 'prepared-transactions',
  title: 'prepared transactions left over',
  group: 'locks',
  unit: 's',
  thresholds: { warning: 60, critical: 600 },
  source: 'jem-db; check_postgres has 1 and 30 s',
  on: 'primary',
  sql: (facts) =>
    numberIn(facts, 'max_prepared_transactions') === 0
      ? { notApplicable: 'max_prepared_transactions is 0' }
      : `
    SELECT gid, owner, database, extract(epoch FROM clock_timestamp() - prepared)::float8 AS seconds
    FROM pg_prepared_xacts ORDER BY prepared LIMIT 100`,
  judge(rows) {
    const [oldest] = rows;
    if (!oldest)
      return { status: null, value: 0, summary: 'no prepared transaction waits', hint: null };
    return {
      status: null,
      value: Math.round(oldest.seconds),
      summary: `${counted(rows.length, 'prepared transaction waits', 'prepared transactions wait')} for its end, the oldest, of ${oldest.owner}, for ${inTime(oldest.seconds)}`,
      hint: `It keeps its locks over a restart too. Find out what its coordinator decided; then in ${oldest.database}: COMMIT PREPARED ${quotedText(oldest.gid)}; or: ROLLBACK PREPARED ${quotedText(oldest.gid)};`,
      objects: rows.map(({ gid, owner, database, seconds }) => ({
        name: gid,
        value: Math.round(seconds),
        detail: `${inTime(seconds)}, of ${owner} in ${database}`,
      })),
    };
  },
});
