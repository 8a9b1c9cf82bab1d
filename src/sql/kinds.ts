import type { Dialect } from './dialect.ts';

export type TransactionControl = 'begin' | 'commit' | 'rollback' | 'savepoint';

/** First match wins: `ROLLBACK TO` is no end of a transaction, `COMMIT PREPARED` none of ours. */
const controls: readonly (readonly [RegExp, TransactionControl | null])[] = [
  [/^(COMMIT|ROLLBACK) PREPARED\b/, null],
  [/^(SAVEPOINT|RELEASE)\b/, 'savepoint'],
  [/^ROLLBACK ((WORK|TRANSACTION) )?TO\b/, 'savepoint'],
  [/^(BEGIN|START TRANSACTION)\b/, 'begin'],
  [/^(COMMIT|END|PREPARE TRANSACTION)\b/, 'commit'],
  [/^(ROLLBACK|ABORT)\b/, 'rollback'],
];

/** What a statement does to the transaction it stands in, by its head; null: nothing. */
export function transactionControl(head: string): TransactionControl | null {
  return controls.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}

/** Whether a statement fails, or does nothing, inside a transaction; by its head. */
export function runsOutsideTransaction(head: string, dialect: Dialect): boolean {
  return dialect.outsideTransaction.some((pattern) => pattern.test(head));
}

/** Whether a statement sets `PRAGMA foreign_keys`, which does nothing inside a transaction. */
export function setsForeignKeys(head: string): boolean {
  return /^PRAGMA (\S+ )?FOREIGN_KEYS \S/.test(head);
}

const gap = String.raw`(?:\s|--[^\r\n]*|/\*[\s\S]*?\*/)`;
const name = String.raw`"(?<quoted>(?:[^"]|"")+)"|(?<plain>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const createIndex = new RegExp(
  `^${gap}*CREATE${gap}+(?:UNIQUE${gap}+)?INDEX${gap}+CONCURRENTLY(?![\\w$])${gap}*` +
    `(?:IF${gap}+NOT${gap}+EXISTS(?![\\w$])${gap}*)?(?:${name})`,
  'i',
);

/**
 * The index that a CREATE INDEX CONCURRENTLY makes, as the catalog names it; null for any other
 * statement, and where the server chooses the name. The index lies in the schema of its table.
 */
export function concurrentIndexName(text: string): string | null {
  const { quoted, plain } = createIndex.exec(text)?.groups ?? {};
  if (quoted !== undefined) return quoted.replaceAll('""', '"');
  if (plain === undefined || plain.toUpperCase() === 'ON') return null;
  return plain.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
