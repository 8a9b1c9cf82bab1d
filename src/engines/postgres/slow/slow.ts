import type { SlowOptions, SlowStatements, StatementWatch } from '../../slow.ts';
import { identifier } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';
import { readCounters } from './counters.ts';
import { type Facts, readFacts, seenStatement } from './seen.ts';
import { lookAtSessions } from './sessions.ts';
import { findSource } from './source.ts';
import { readStatements } from './statements.ts';

/** The slow statements of the server that a session is connected to. */
export async function postgresSlow(
  session: PostgresSession,
  { trustFunctions }: SlowOptions,
): Promise<SlowStatements> {
  const facts = await readFacts(session, trustFunctions);
  return {
    watch: () => watchOf(session, facts),
    handedIn: (sql) => seenStatement(session, facts, { id: null, role: null, sql, cut: false }),
  };
}

async function watchOf(session: PostgresSession, facts: Facts): Promise<StatementWatch> {
  const source = await findSource(session);
  return {
    missing: source.missing,
    notes: source.notes,
    grantToSeeAll: `GRANT pg_read_all_stats TO ${identifier(facts.user)};`,
    counters: () => readCounters(session, source),
    statements: (keys) => readStatements(session, source, facts, keys),
    sessions: () => lookAtSessions(session, facts),
  };
}
