import type { SessionLook, StatementWatch } from '../../engines/slow.ts';
import { examiner } from './examine.ts';
import { pause } from './pause.ts';
import type { SlowResult, SlowStatement } from './result.ts';
import { blockedStatements, sampledStatements } from './sampled.ts';
import type { SlowWishes } from './slow.ts';

type Found = Pick<SlowResult, 'period' | 'total' | 'statements' | 'blocked' | 'unseen'>;

/** Milliseconds between two looks. */
const apart = 100;

/** The statements that ran in a period, as far as looks ten times a second see them. */
export async function fromSessions(watch: StatementWatch, wishes: SlowWishes): Promise<Found> {
  const looks = await look(watch, wishes);
  const [first, last] = [looks[0], looks.at(-1)];
  const hidden = Math.max(0, ...looks.map((one) => one.hidden));
  return {
    period: {
      from: first?.at ?? null,
      to: last?.at ?? '',
      ms: Date.parse(last?.at ?? '') - Date.parse(first?.at ?? ''),
      looks: looks.length,
    },
    total: null,
    statements: await listed(looks, wishes),
    blocked: blockedStatements(looks),
    unseen:
      hidden === 0
        ? null
        : { number: hidden, calls: null, totalMs: null, grant: watch.grantToSeeAll },
  };
}

async function look(watch: StatementWatch, { forMs, signal }: SlowWishes): Promise<SessionLook[]> {
  const looks: SessionLook[] = [];
  const started = performance.now();
  for (;;) {
    looks.push(await watch.sessions());
    const next = looks.length * apart;
    if (next > forMs) return looks;
    await pause(Math.max(next - (performance.now() - started), 0), signal);
  }
}

async function listed(
  looks: readonly SessionLook[],
  { limit, thresholds, signal }: SlowWishes,
): Promise<SlowStatement[]> {
  const examine = examiner(signal);
  const statements: SlowStatement[] = [];
  for (const { statement, sampled } of sampledStatements(looks).slice(0, limit)) {
    const { id, role, text, readsRows } = statement;
    statements.push({
      ...{ id, role, text, sampled, counted: null },
      beyond: readsRows && sampled.longestMs > thresholds.meanMs,
      ...(await examine(statement, null)),
    });
  }
  return statements;
}
