import type { LedgerRow, LedgerTexts, Script } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import { prefixChecksum } from '../sql/checksum.ts';
import type { Loaded } from './load.ts';
import type { Workplace } from './setup.ts';

/**
 * How many statements an earlier try of a file without a transaction has done in this direction.
 * Throws `migration-unfinished` where those very statements were edited since.
 */
export async function statementsDone(
  { ledger, session }: Workplace,
  name: string,
  direction: 'up' | 'down',
  { source, checksum }: Loaded,
  script: Script,
): Promise<number> {
  const row = (await ledger.read())?.find((each) => each.name === name);
  const done = doneIn(direction, row);
  if (!row || done === 0) return 0;
  const kept = textOf(direction, await ledger.texts(name));
  const { dialect } = session.engine;
  const same =
    kept === null
      ? direction === 'down' || checksum === row.checksum
      : prefixChecksum(kept, dialect, done) === prefixChecksum(script.bytes, dialect, done);
  if (same) return done;
  throw new JemError('migration-unfinished', `Refused: ${name} changed after it stopped half-way`, {
    why: `The first ${done} of its statements are done already, and one of them reads otherwise now.`,
    hint: `Put these statements of ${source.file} back as they were; or undo by hand what they did and forget the try: \`jem-db migrate repair ${name}\``,
  });
}

/** How long the ledger may take to tell how far a file came that failed: milliseconds. */
const lookTimeout = 2000;

/**
 * The error of a migration that stopped half-way outside a transaction, with what is done of it
 * and how to go on; its `result.failed` tells the same as data. Any other error as it is.
 */
export async function halfDone(
  { session, setup }: Workplace,
  name: string | undefined,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof JemError) || error.code === 'migration-unfinished') return error;
  // The run's own signal may be what has stopped it.
  const signal = AbortSignal.timeout(lookTimeout);
  const { ledgerTable } = setup;
  const rows = await session
    .migrations({ signal, ledgerTable })
    .read()
    .catch(() => null);
  const stored = rows?.find((row) => row.name === name)?.statementsDone ?? 0;
  if (name === undefined || stored === 0) return error;
  const { why, hint } = error.details;
  const [way, forgets] = stored > 0 ? ['up', 'try'] : ['down', 'migration'];
  const done = Math.abs(stored);
  const stays = `${name} runs without a transaction: its first ${done === 1 ? 'statement is' : `${done} statements are`} done, and stay${done === 1 ? 's' : ''}.`;
  const goOn = `\`jem-db migrate ${way}\` goes on behind that; \`jem-db migrate repair ${name}\` forgets the ${forgets}.`;
  return error.with({
    why: [why, stays].filter(Boolean).join(' '),
    hint: [hint, goOn].filter(Boolean).join(' '),
    result: { failed: { name, statementsDone: done } },
  });
}

/** The ledger counts the way up in positive numbers and the way down in negative ones. */
function doneIn(direction: 'up' | 'down', row: LedgerRow | undefined): number {
  const stored = row?.statementsDone ?? 0;
  return Math.max(direction === 'up' ? stored : -stored, 0);
}

function textOf(direction: 'up' | 'down', { upSql, downSql }: LedgerTexts): Uint8Array | null {
  const text = direction === 'up' ? upSql : downSql;
  return text === null ? null : new TextEncoder().encode(text);
}
