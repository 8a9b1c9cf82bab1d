import type { Session } from '../engines/engine.ts';
import type { HealthCheck, HealthProbe, Metric, Thresholds } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import { type HealthResult, looksOf, runChecks } from '../health/run.ts';
import { isNamed, selectChecks } from '../health/select.ts';
import { readThresholds } from '../health/thresholds.ts';
import { everyEngine } from '../target.ts';
import { type Context, engineInUse, openSession, targetOf } from './context.ts';
import { ownChecks, ownLooks } from './health-own.ts';

export interface HealthWish {
  /** Ids or groups; empty: all. */
  readonly only: readonly string[];
  /** `ID=WARNING:CRITICAL`, over what the settings say. */
  readonly thresholds: readonly string[];
  /** Milliseconds for all checks. */
  readonly budget: number;
  /** Also what the database counts. */
  readonly metrics: boolean;
}

/** What is to be looked at, understood before anything is connected to. */
export interface HealthPlan {
  readonly checks: readonly HealthCheck[];
  readonly thresholds: ReadonlyMap<string, Thresholds>;
  readonly budget: number;
  readonly metrics: boolean;
  /** What was asked for; empty: all. */
  readonly only: readonly string[];
}

export interface Looked extends HealthResult {
  /** Only where they were asked for. */
  readonly metrics?: readonly Metric[];
}

/** Milliseconds: a check that takes longer than this is not worth its load. */
const statementTimeout = 1000;
/** Milliseconds: whoever waits for a lock of a table makes all others wait behind it. */
const lockTimeout = 50;

/** Every check that there is for the database in use. */
async function knownChecks(context: Context): Promise<readonly HealthCheck[]> {
  const engine = await engineInUse(context);
  return [...(await engine.healthChecks()), ...ownChecks];
}

/**
 * Every check that there is, of whatever engine, and of a pooler: one jem-db.json names them all,
 * for all commands.
 */
export async function everyCheck(): Promise<readonly HealthCheck[]> {
  const { poolChecks } = await import('../health/pool/watch.ts');
  const engines = await everyEngine();
  const theirs = await Promise.all(engines.map((one) => one.healthChecks()));
  return [...theirs.flat(), ...ownChecks, ...poolChecks];
}

/** Throws `bad-setting` where a check or a threshold is named that there is not. */
export async function planHealth(context: Context, wish: HealthWish): Promise<HealthPlan> {
  const { skipChecks, thresholds } = context.settings;
  const known = await knownChecks(context);
  const bounds = [...thresholds, ...wish.thresholds];
  const named = [...skipChecks, ...bounds.map((text) => text.replace(/=.*/, ''))];
  // Those of other engines take time to load, and are seldom named.
  const others = named.every((name) => isNamed(name, known)) ? [] : await everyCheck();
  return {
    checks: selectChecks(known, { only: wish.only, skip: skipChecks }, others),
    thresholds: readThresholds(bounds, [...known, ...others]),
    budget: wish.budget,
    metrics: wish.metrics,
    only: wish.only,
  };
}

/**
 * Connects and runs the checks. Where no connection is to be had, that error is thrown, with a
 * critical result of one check in its details.
 */
export async function lookAtHealth(context: Context, plan: HealthPlan): Promise<Looked> {
  const target = await targetOf(context);
  const begun = performance.now();
  await using session = await openSession(context, target, 'look').catch((error: unknown) =>
    throwAsDown(error, performance.now() - begun),
  );
  return await lookThrough(context, session, plan, performance.now() - begun);
}

/** Runs the checks on a session that is open; it took `connectMs` milliseconds to come. */
async function lookThrough(
  context: Context,
  session: Session,
  { checks, thresholds, budget, metrics }: HealthPlan,
  connectMs: number,
): Promise<Looked> {
  const { signal, report } = context;
  const { tenantColumns } = context.settings;
  const limits = { statementTimeout, lockTimeout, budget };
  const begun = performance.now();
  const probe = await session
    .health({ signal, ...limits, connectMs, tenantColumns })
    .catch((error: unknown) => throwAsDown(error, connectMs + performance.now() - begun));
  const engineChecks = await session.engine.healthChecks();
  const all = [
    ...looksOf(engineChecks, probe),
    ...ownLooks(context, session, { probe, timeout: budget / 2 }),
  ];
  const wanted = new Set(checks.map(({ id }) => id));
  const result = await runChecks(
    all.filter(({ id }) => wanted.has(id)),
    { thresholds, budget, signal, onCheck: (title) => report.progress(title) },
  );
  return metrics ? { ...result, metrics: await metricsOf(probe, context) } : result;
}

function throwAsDown(error: unknown, durationMs: number): never {
  if (!(error instanceof JemError) || error.class === 'interrupted') throw error;
  throw error.with({ result: downResult(error, durationMs) });
}

/** What could not be counted is left out, and said: the checks stand without it. */
async function metricsOf(probe: HealthProbe, { report }: Context): Promise<readonly Metric[]> {
  try {
    return await probe.metrics();
  } catch (error) {
    if (!(error instanceof JemError) || error.class === 'interrupted') throw error;
    report.warn({ code: 'metrics-unseen', message: `Nothing was counted: ${error.message}` });
    return [];
  }
}

/** The result in the details of an error that `lookAtHealth` threw; else throws it on. */
export function resultOfError(error: unknown): HealthResult {
  const result = error instanceof JemError ? error.details.result : undefined;
  if (!result || !('checks' in result)) throw error;
  return result as HealthResult;
}

/** A database that cannot be reached, as a result of health. */
function downResult(error: JemError, durationMs: number): HealthResult {
  return {
    status: 'critical',
    checks: [
      {
        id: 'connection',
        title: 'it answers',
        group: 'availability',
        status: 'critical',
        value: null,
        unit: 's',
        warning: null,
        critical: null,
        summary: error.message,
        hint: error.details.hint ?? null,
        durationMs: Math.round(durationMs),
      },
    ],
    skipped: [],
  };
}
