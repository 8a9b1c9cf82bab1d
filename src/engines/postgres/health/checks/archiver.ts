import type { NotApplicable } from '../../../health.ts';
import { postgresCheck } from '../check.ts';
import type { HealthFacts } from '../facts.ts';
import { atSecond } from '../words.ts';

/** Counters stay after archiving is switched off; a standby archives only where it is told to. */
export function archives({ settings, standby }: HealthFacts): NotApplicable | null {
  const mode = settings.get('archive_mode')?.setting;
  if (mode === 'off') return { notApplicable: 'archive_mode is off' };
  return standby && mode !== 'always' ? { notApplicable: 'a standby' } : null;
}

export const archiver = postgresCheck<{
  archived: number;
  archivedAt: string | null;
  failed: number;
  failedAt: string | null;
  failedWal: string | null;
  failing: boolean | null;
}>({
  id: 'archiver',
  title: 'an archiver that fails',
  group: 'wal',
  unit: null,
  thresholds: null,
  source: 'check_pgactivity',
  sql: (facts) =>
    archives(facts) ??
    `
    SELECT archived_count::float8 AS archived, last_archived_time AS "archivedAt",
      failed_count::float8 AS failed, last_failed_time AS "failedAt", last_failed_wal AS "failedWal",
      last_failed_time > coalesce(last_archived_time, '-infinity') AS failing
    FROM pg_stat_archiver`,
  judge([row]) {
    const { archived = 0, archivedAt, failed = 0, failedAt, failedWal, failing } = row ?? {};
    return {
      status: failing === true ? 'critical' : 'ok',
      value: null,
      summary:
        failing === true
          ? `${failedWal} could not be archived at ${atSecond(failedAt)}, ${failed} failures so far; ${archivedAt ? `the last that could: ${atSecond(archivedAt)}` : 'none ever could'}`
          : archived === 0
            ? 'nothing was archived yet, and nothing failed'
            : `${archived} files are archived, the last at ${atSecond(archivedAt)}; ${failed} failures so far`,
      hint: 'WAL piles up until it is archived. The log has the words of archive_command; run it by hand as the user of the server: SHOW archive_command;',
    };
  },
});
