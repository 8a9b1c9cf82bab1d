import { postgresCheck } from '../check.ts';
import { counted } from '../words.ts';

interface Wrong {
  readonly file: string;
  readonly line: number;
  readonly name: string | null;
  readonly error: string;
}

export const settingsFiles = postgresCheck<Wrong>({
  id: 'settings-files',
  title: 'errors in the configuration files',
  group: 'settings',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'manual, pg_file_settings',
  needs:
    'GRANT SELECT ON pg_file_settings TO {role}; GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO {role};',
  sql: () => `
    WITH files AS MATERIALIZED (SELECT sourcefile, sourceline, name, error FROM pg_file_settings WHERE error IS NOT NULL)
    SELECT f.sourcefile AS file, f.sourceline AS line, f.name, f.error
    FROM files f
    -- What only waits for a restart is told in the same words.
    WHERE NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name AND s.pending_restart)
    ORDER BY 1, 2 LIMIT 100`,
  judge(rows) {
    const [first] = rows;
    return {
      status: null,
      value: rows.length,
      summary: first
        ? `${counted(rows.length, 'line is', 'lines are')} wrong: ${placeOf(first)}${first.name === null ? '' : ` (${first.name})`}: ${first.error}; with that the server will not start again`
        : 'the configuration files have no error',
      hint: `Mend ${first ? placeOf(first) : 'it'}, then: SELECT pg_reload_conf(); SELECT * FROM pg_file_settings WHERE error IS NOT NULL;`,
      objects: rows.map((row) => ({
        name: row.name ?? placeOf(row),
        value: null,
        detail: `${row.error}, ${placeOf(row)}`,
      })),
    };
  },
});

function placeOf({ file, line }: Wrong): string {
  return `${file}:${line}`;
}
