import type { Finding, HealthOptions } from '../../../health.ts';
import type { Connection } from '../../driver.ts';
import { resultCode } from '../../driver.ts';
import { longestScan, scan } from '../apart.ts';
import { sqliteCheck } from '../check.ts';

const mend =
  'Stop the application. Keep a copy of the file with its -wal or -journal, and restore a backup: `jem-db backup list`, `jem-db restore`; `sqlite3 FILE .recover` saves what can be read.';

export const quickCheck = sqliteCheck({
  id: 'quick-check',
  title: 'damage in the file',
  group: 'integrity',
  unit: null,
  thresholds: null,
  source: 'PRAGMA quick_check',
  look: (connection, options) =>
    soundness(connection, options, 'quick_check', longestScan(connection, options)),
});

/** It finds what `quick_check` does not: rows that an index lacks, values that are not unique. */
export const integrityCheck = sqliteCheck({
  id: 'integrity-check',
  title: 'damage in the file, and indexes that do not fit their tables',
  group: 'integrity',
  unit: null,
  thresholds: null,
  source: 'PRAGMA integrity_check',
  onRequest: true,
  look: (connection, options) => soundness(connection, options, 'integrity_check', options.budget),
});

/** Of an index alone: what can be made anew from the table. */
const ofIndex = /(missing from index|wrong # of entries in index|non-unique entry in index) ?(\S*)/;

async function soundness(
  connection: Connection,
  { signal }: HealthOptions,
  name: 'quick_check' | 'integrity_check',
  timeout: number,
): Promise<Finding> {
  try {
    const rows = await scan(connection, `PRAGMA ${name}(100)`, timeout, signal);
    if (rows === null) return notInTime(name, timeout);
    const found = rows.map(([line]) => String(line)).filter((line) => line !== 'ok');
    return found.length === 0 ? sound(name) : damaged(found);
  } catch (error) {
    if (/^SQLITE_(CORRUPT|NOTADB)/.test(resultCode(error) ?? ''))
      return damaged([error instanceof Error ? error.message : '']);
    throw error;
  }
}

function sound(name: string): Finding {
  return {
    status: 'ok',
    value: 0,
    summary: `${name} finds nothing wrong${name === 'quick_check' ? '; `--only integrity-check` also compares the indexes' : ''}`,
    hint: null,
  };
}

function damaged(found: readonly string[]): Finding {
  const [first = ''] = found;
  const indexes = [...new Set(found.map((line) => ofIndex.exec(line)?.[2] ?? ''))];
  const onlyIndexes = found.every((line) => ofIndex.test(line)) && !indexes.includes('');
  return {
    status: 'critical',
    value: found.length,
    summary: `the file is damaged: ${first.replaceAll(/\s+/g, ' ')}${found.length > 1 ? `, and ${found.length - 1} more` : ''}`,
    hint: onlyIndexes
      ? `Only indexes are: ${indexes.map((index) => `REINDEX "${index}";`).join(' ')} makes them anew. Find out what damaged them.`
      : mend,
    // The first is in the summary.
    objects: found.slice(1).map((line) => ({ name: line, value: null, detail: '' })),
  };
}

function notInTime(name: string, timeout: number): Finding {
  return {
    status: 'unknown',
    value: null,
    summary: `${name} was not done within ${timeout / 1000} s`,
    hint: 'Look at it alone, with time: `jem-db health check --only integrity-check --timeout 1h`; and leave this one out: --skip quick-check',
  };
}
