import { JemError } from '../../errors.ts';
import { transactionControl } from '../../sql/kinds.ts';
import { splitStatements } from '../../sql/statements.ts';
import type { ScriptFunction } from '../migrating.ts';
import { postgresDialect } from './dialect.ts';

/** A rehearsal must never commit: refuses before it runs what would end its transaction. */
export function refuseControl(head: string, thrown: (reason: JemError) => Error): void {
  const control = transactionControl(head);
  if (control === null || control === 'savepoint') return;
  throw thrown(
    new JemError(
      'migration-transaction-control',
      'A migration must not begin or end a transaction itself',
      {
        why: 'It is tried in a transaction that is rolled back, and COMMIT would keep it.',
        hint: 'Take BEGIN, COMMIT and ROLLBACK out: jem-db opens and commits the transaction.',
      },
    ),
  );
}

/** The same function, held back from ending the transaction that it is tried in. */
export function keepTransaction(script: ScriptFunction): ScriptFunction {
  return (database) =>
    script({
      ...database,
      query: async (sql, parameters) => {
        refuseControlIn(sql);
        return database.query(sql, parameters);
      },
      execute: async (sql) => {
        refuseControlIn(sql);
        return database.execute(sql);
      },
    });
}

function refuseControlIn(sql: string): void {
  for (const { head } of splitStatements(Buffer.from(sql), postgresDialect))
    refuseControl(head, (reason) => reason);
}
