import type { Statement } from '../../sql/statements.ts';
import type { UnwrappedStep } from '../migrating.ts';
import { attendTo, type Attendant } from './attendant.ts';
import { ledgerOf, type Bench } from './bench.ts';
import { dropLeftover, invalidIndexes } from './invalid-index.ts';
import { deleteRow, markReverting, putRow } from './ledger.ts';
import { sendMessage } from './message.ts';
import { refusePooler } from './pooler.ts';
import { inTransaction, rollBack } from './rollback.ts';
import type { PostgresSession } from './session.ts';
import { cleaning, leaveTaking } from './transaction.ts';
import { leftOpen, unwrappedFailure } from './unwrapped-failure.ts';

interface Run {
  readonly bench: Bench;
  readonly step: UnwrappedStep;
  readonly attendant: Attendant;
  /** A second connection, on which nothing of the script bears: roles, settings, transactions. */
  readonly aside: PostgresSession;
  readonly started: number;
}

/**
 * Runs a script statement by statement. Behind each that is done outside a transaction block the
 * ledger says how far it came, with the checksum of that part, so that a later try goes on there.
 * Throws `StatementFailure`, with what the statement left behind.
 */
export async function applyUnwrapped(bench: Bench, step: UnwrappedStep): Promise<'done'> {
  const { session, signal } = bench;
  signal.throwIfAborted();
  refusePooler(bench);
  await using aside = await session.connectAgain(signal);
  const { lockTimeout } = step;
  await using attendant = attendTo(bench, { pid: session.backendPid, lockTimeout });
  const run = { bench, step, attendant, aside, started: performance.now() };
  try {
    await session.query(`SET lock_timeout = ${Math.round(lockTimeout)}`);
    await runStatements(run);
  } finally {
    await rollBack(session.client);
    const leave = [...leaveTaking, ...cleaning].join(';');
    await sendMessage(session.client, [Buffer.from(leave)]);
  }
  await aside.query(finished(run));
  return 'done';
}

async function runStatements(run: Run): Promise<void> {
  const { step, bench, aside } = run;
  const { client } = bench.session;
  let index = 0;
  let last: Statement | null = null;
  let unrecorded = false;
  for (const statement of step.script.statements) {
    if (unrecorded) await aside.query(progress(run, index));
    bench.signal.throwIfAborted();
    const isNew = index >= step.done;
    if (isNew || isSetting(run, statement)) await runStatement(run, statement, index);
    // Inside a transaction block of the script nothing is done before its COMMIT.
    unrecorded = isNew && !inTransaction(client);
    last = statement;
    index++;
  }
  if (last && inTransaction(client)) throw leftOpen(last, index - 1);
}

const setting = /^(?:SET(?! (?:LOCAL|CONSTRAINTS|TRANSACTION)\b)|RESET)\b/;
const setConfig = /^SELECT\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(/i;

/** What a statement set for the session is gone with the session of the earlier try. */
function isSetting({ step }: Run, statement: Statement): boolean {
  return setting.test(statement.head) || setConfig.test(textOf(step, statement));
}

function textOf({ script }: UnwrappedStep, { start, end }: Statement): string {
  return Buffer.from(script.bytes.buffer, script.bytes.byteOffset + start, end - start).toString();
}

async function runStatement(run: Run, statement: Statement, index: number): Promise<void> {
  const { bench, step, attendant, aside } = run;
  const { client } = bench.session;
  const concurrent = /\bCONCURRENTLY\b/.test(statement.head);
  const before = concurrent ? await clearAway(run, statement) : new Set<string>();
  const bytes = step.script.bytes.subarray(statement.start, statement.end);
  const answer = await attendant.attend(sendMessage(client, [bytes]));
  if (answer.error === null) return;
  const left = concurrent ? await newlyInvalid(aside, before) : [];
  throw unwrappedFailure(bench, {
    bytes,
    statement,
    index,
    answer,
    left,
    holders: attendant.holders,
  });
}

/** Drops the index of an earlier try; tells which others are INVALID already. */
async function clearAway(run: Run, statement: Statement): Promise<ReadonlySet<string>> {
  const { bench, step, attendant, aside } = run;
  const { session } = bench;
  const drop = inTransaction(session.client)
    ? null
    : await dropLeftover(session, textOf(step, statement));
  if (drop !== null) await attendant.attend(session.query(drop));
  return invalidIndexes(aside);
}

/** None where the server cannot be asked any more. */
async function newlyInvalid(
  aside: PostgresSession,
  before: ReadonlySet<string>,
): Promise<readonly string[]> {
  const now = await invalidIndexes(aside).catch(() => before);
  return [...now].filter((name) => !before.has(name));
}

function progress({ bench, step, started }: Run, done: number): string {
  const { change } = step;
  const ledger = ledgerOf(bench);
  if (change.kind === 'delete') return markReverting(ledger, change.name, done);
  return putRow(ledger, { ...change.row, statementsDone: done }, written(bench, started));
}

function finished({ bench, step, started }: Run): string {
  const { change } = step;
  const ledger = ledgerOf(bench);
  return change.kind === 'delete'
    ? deleteRow(ledger, change.name)
    : putRow(ledger, change.row, written(bench, started));
}

function written({ facts }: Bench, started: number): { appliedBy: string; duration: string } {
  const { appliedBy } = facts;
  return { appliedBy, duration: String(Math.round(performance.now() - started)) };
}
