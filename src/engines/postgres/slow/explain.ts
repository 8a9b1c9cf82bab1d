import { randomBytes } from 'node:crypto';
import type { NoPlan } from '../../slow.ts';
import { sendStatement } from '../message.ts';
import { inTransaction, rollBack } from '../rollback.ts';
import { serverMessage, type ServerMessage } from '../server-message.ts';
import type { PostgresSession } from '../session.ts';
import { planLike, type PlannerSettings, setSearchPath } from './alike.ts';
import { functionsPlanningMayRun } from './own-functions.ts';
import { parametersOf, parameterTypes, readable } from './parameters.ts';
import { everyNode, type ExplainedNode } from './plan-nodes.ts';
import { notFound, refusal, syntaxError } from './refusals.ts';
import { ownMark } from './source.ts';
import { type TableFacts, tableFacts } from './table-facts.ts';

export interface ToExplain {
  readonly sql: string;
  /** Whose search_path and memory are to be used; null: this session's. */
  readonly role: string | null;
  readonly trustFunctions: boolean;
  /** Who we are, for the hints. */
  readonly user: string;
}

export interface Explained {
  readonly plan: ExplainedNode;
  readonly tables: readonly TableFacts[];
  readonly settings: PlannerSettings;
}

/** More than any statement that people write. */
const mostParameters = 1000;

/** Nothing is written, nothing waits, and all of it ends with the transaction. */
const begin = [
  'BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY',
  'SET LOCAL statement_timeout = 2000',
  'SET LOCAL lock_timeout = 100',
  'SET LOCAL plan_cache_mode = force_generic_plan',
  // Compiling our own questions to the catalogs takes longer than they do.
  'SET LOCAL jit = off',
].join(';');

/**
 * The plan of a statement for any values of its parameters, without running it. The server itself
 * refuses what is more than one statement. Throws only where the connection is lost.
 */
export async function explain(
  session: PostgresSession,
  wanted: ToExplain,
): Promise<Explained | NoPlan> {
  const first = await attempt(session, wanted);
  if (!(first instanceof Refused)) return first;
  const { code } = first.message;
  const rewritten = readable(wanted.sql);
  const again =
    code === syntaxError && rewritten !== wanted.sql
      ? { ...wanted, sql: rewritten }
      : notFound.has(code) && wanted.role !== null
        ? { ...wanted, role: null }
        : null;
  const last = again ? await attempt(session, again) : first;
  return last instanceof Refused ? refusal(last.message, first.searchPath, wanted.user) : last;
}

/** The server's no. */
class Refused {
  readonly message: ServerMessage;
  readonly searchPath: string;

  constructor(message: ServerMessage, searchPath: string) {
    this.message = message;
    this.searchPath = searchPath;
  }
}

async function attempt(
  session: PostgresSession,
  wanted: ToExplain,
): Promise<Explained | NoPlan | Refused> {
  const { client } = session;
  const used = parametersOf(wanted.sql);
  if (Math.max(0, ...used) > mostParameters)
    return { reason: `it has more than ${mostParameters} parameters`, hint: null };
  const name = `jem_db_${randomBytes(6).toString('hex')}`;
  let searchPath = '';
  try {
    await client.query(begin);
    const settings = await planLike(session, wanted.role);
    ({ searchPath } = settings);
    const types = parameterTypes(used);
    const declared = types.length > 0 ? ` (${types.join()})` : '';
    const { error } = await sendStatement(client, `PREPARE ${name}${declared} AS ${wanted.sql}`);
    if (error !== null) return refused(session, error, searchPath);
    return await prepared(session, { ...wanted, name, parameters: types.length, settings });
  } catch (error) {
    return refused(session, error, searchPath);
  } finally {
    await rollBack(client);
  }
}

function refused(session: PostgresSession, error: unknown, searchPath: string): Refused {
  const message = serverMessage(error);
  if (message === null || message.severity !== 'ERROR') throw session.failure(error);
  return new Refused(message, searchPath);
}

interface Prepared extends ToExplain {
  readonly name: string;
  readonly parameters: number;
  readonly settings: PlannerSettings;
}

/** A prepared statement outlives its transaction, and behind a pooler its client. */
async function prepared(session: PostgresSession, one: Prepared): Promise<Explained | NoPlan> {
  const { client } = session;
  await client.query('SAVEPOINT jem_db_prepared');
  try {
    return await planOf(session, one);
  } finally {
    if (inTransaction(client))
      await client.query(`ROLLBACK TO SAVEPOINT jem_db_prepared; DEALLOCATE ${one.name}`);
  }
}

async function planOf(session: PostgresSession, one: Prepared): Promise<Explained | NoPlan> {
  const { name, parameters, settings } = one;
  await setSearchPath(session, 'pg_catalog');
  const functions = one.trustFunctions ? [] : await functionsPlanningMayRun(session, one.sql);
  if (functions.length > 0) return mayRun(functions);
  await setSearchPath(session, settings.searchPath);
  const values =
    parameters > 0 ? `(${Array.from({ length: parameters }, () => 'NULL').join()})` : '';
  const { rows } = await session.client.query<Record<string, string>>(
    `EXPLAIN ${ownMark} (FORMAT JSON, VERBOSE) EXECUTE ${name}${values}`,
  );
  const [{ Plan: plan }] = JSON.parse(rows[0]?.['QUERY PLAN'] ?? '') as [{ Plan: ExplainedNode }];
  await setSearchPath(session, 'pg_catalog');
  const tables = await tableFacts(session, relationsOf(plan));
  return { plan, tables, settings };
}

function relationsOf(plan: ExplainedNode): { schema: string; name: string }[] {
  const all = [...everyNode(plan)].flatMap(({ Schema: schema, 'Relation Name': name }) =>
    schema !== undefined && name !== undefined ? [{ schema, name }] : [],
  );
  return all.filter(
    (one, at) =>
      all.findIndex(({ schema, name }) => schema === one.schema && name === one.name) === at,
  );
}

const mostNamed = 3;

function mayRun(functions: readonly string[]): NoPlan {
  const more = functions.length > mostNamed ? ` and ${functions.length - mostNamed} more` : '';
  return {
    reason: `planning it may run ${functions.slice(0, mostNamed).join(', ')}${more}`,
    hint: 'Where such functions do what they say (IMMUTABLE, STABLE), --trust-functions plans it.',
  };
}
