import { JemError } from '../../errors.ts';
import { transactionControl } from '../../sql/kinds.ts';
import { splitStatements } from '../../sql/statements.ts';
import type { ScriptFunction } from '../migrating.ts';
import { sqliteDialect } from './dialect.ts';

/** The same function, held back from ending the transaction that it is tried in. */
export function keepTransaction(script: ScriptFunction): ScriptFunction {
  return (database) =>
    script({
      ...database,
      query: async (sql, parameters) => {
        refuseControl(sql);
        return database.query(sql, parameters);
      },
      execute: async (sql) => {
        refuseControl(sql);
        return database.execute(sql);
      },
    });
}

/** A rehearsal must never commit: refuses before anything of the text runs. */
function refuseControl(sql: string): void {
  for (const { head } of splitStatements(Buffer.from(sql), sqliteDialect)) {
    const control = transactionControl(head);
    if (control === null || control === 'savepoint') continue;
    throw new JemError(
      'migration-transaction-control',
      'A migration must not begin or end a transaction itself',
      {
        why: 'It is tried in a transaction that is rolled back, and COMMIT would keep it.',
        hint: 'Take BEGIN, COMMIT and ROLLBACK out: jem-db opens and commits the transaction.',
      },
    );
  }
}
