import type { MigrationOptions, MigrationSession, RunnerWait } from '../migrating.ts';
import { ledgerOf, refuseUnseen, type Bench } from './bench.ts';
import { lookAround, refuseReadOnly, type Facts } from './facts.ts';
import { applyGroup } from './group.ts';
import { readTexts } from './ledger.ts';
import type { Lease } from './lease.ts';
import { underSessionLock } from './lock.ts';
import { underLease } from './pooler.ts';
import { readForeign, readLedger } from './read.ts';
import { inTransaction } from './rollback.ts';
import { acceptInLedger, createMissingLedger, recordChanges } from './record.ts';
import type { PostgresSession } from './session.ts';
import { applyStep } from './step.ts';
import { parseTableName, sqlName } from './table-name.ts';
import { applyUnwrapped } from './unwrapped.ts';

/** How long to wait for another runner where nobody said. */
const patient: RunnerWait = { timeout: 15 * 60_000, onWait: () => {} };

/** The migration side of a connection to PostgreSQL. */
export function postgresMigrations(
  session: PostgresSession,
  { signal, ledgerTable }: MigrationOptions,
): MigrationSession {
  const name = parseTableName(ledgerTable);
  let facts: Facts | null = null;
  let wait = patient;
  let lease: Lease | null = null;
  let unfinished: ReadonlySet<string> = new Set();
  const bench = async (): Promise<Bench> => {
    facts ??= await lookAround(session, name);
    return { session, signal, facts, wait, lease, unfinished };
  };

  const ensureLedger = async (): Promise<void> => {
    if (ledgerOf(await bench()).exists) return;
    // Whoever held the lock before us has most likely created it.
    facts = await lookAround(session, name);
    const here = await bench();
    if (ledgerOf(here).exists) return;
    await createMissingLedger(here);
    facts = await lookAround(session, name);
  };

  return {
    read: async () => {
      // In a transaction of somebody else nothing can be asked behind a failure.
      if (inTransaction(session.client)) facts ??= await lookAround(session, name);
      const rows = await readLedger(session, facts?.ledger?.sql ?? sqlName(name));
      // In a schema that this role may not use, a ledger looks like one that is not there.
      if (rows === null) refuseUnseen((await bench()).facts);
      unfinished = new Set(
        rows?.filter((row) => row.statementsDone !== null).map((row) => row.name),
      );
      return rows;
    },
    texts: async (migration) => {
      const [row] = await session.query(readTexts(ledgerOf(await bench()), migration));
      return { upSql: textOrNull(row?.['upSql']), downSql: textOrNull(row?.['downSql']) };
    },
    prepare: async () => {
      refuseReadOnly((await bench()).facts, session.display);
    },
    exclusively: async (asked, body) => {
      wait = asked;
      const here = await bench();
      if (here.facts.pooled) {
        await ensureLedger();
        return underLease(await bench(), async (taken) => {
          lease = taken;
          return body().finally(() => (lease = null));
        });
      }
      return underSessionLock(here, async () => {
        await ensureLedger();
        return body();
      });
    },
    apply: async (step) => applyStep(await bench(), step),
    applyGroup: async (steps) => applyGroup(await bench(), steps),
    applyUnwrapped: async (step) => applyUnwrapped(await bench(), step),
    rehearse: async (steps) => {
      const here = await bench();
      const { rehearse } = await import('./rehearse.ts');
      return rehearse(here, steps, () => session.schema({ ledgerTable, signal }));
    },
    recordSchema: async () => {
      const here = await bench();
      const { recordSchema } = await import('./schema/recorded.ts');
      await recordSchema(here, ledgerOf(here));
    },
    recordedSchema: async () => {
      const here = await bench();
      const { recordedSchema } = await import('./schema/recorded.ts');
      return recordedSchema(here, ledgerOf(here));
    },
    record: async (changes) => recordChanges(await bench(), changes),
    accept: async (migration, accepted) => acceptInLedger(await bench(), migration, accepted),
    foreignRows: (table) => readForeign(session, parseTableName(table)),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
