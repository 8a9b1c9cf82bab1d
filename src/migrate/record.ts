import type { NewLedgerRow } from '../engines/migrating.ts';
import { version } from '../version.ts';
import { keptTextLimit, type Loaded, readFor } from './load.ts';
import type { Migration } from './migration.ts';
import type { Workplace } from './setup.ts';

/** The ledger's row of a migration; the text of its way down is kept with it. */
export function rowOf(
  { name, down }: Migration,
  script: Pick<Loaded, 'checksum' | 'text'>,
): NewLedgerRow {
  const bytes = down?.kind === 'sql' ? down.read() : null;
  return {
    name,
    checksum: script.checksum,
    toolVersion: version,
    statementsDone: null,
    upSql: script.text,
    downSql: bytes && bytes.length <= keptTextLimit ? new TextDecoder().decode(bytes) : null,
  };
}

/** Records migrations as applied, all in one transaction, without running any. */
export async function recordAsApplied(
  { ledger, session }: Workplace,
  migrations: readonly Migration[],
): Promise<void> {
  const changes = [];
  for (const migration of migrations) {
    const script = readFor(migration.up, session.engine.dialect);
    changes.push({ kind: 'insert', row: rowOf(migration, script) } as const);
  }
  await ledger.record(changes);
}
