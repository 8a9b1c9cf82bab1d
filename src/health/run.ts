import type {
  Finding,
  HealthCheck,
  HealthProbe,
  HealthStatus,
  NotApplicable,
  Thresholds,
} from '../engines/health.ts';
import { JemError } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import { statusOfFinding, worstFirst, worstOf } from './status.ts';

/** One check as it came out. */
export interface CheckResult extends Omit<Finding, 'status'> {
  readonly id: string;
  readonly title: string;
  readonly group: HealthCheck['group'];
  readonly status: HealthStatus;
  readonly unit: HealthCheck['unit'];
  readonly warning: number | null;
  readonly critical: number | null;
  readonly lowIsBad?: true;
  /** Its value is how long ago something was. */
  readonly isAge?: true;
  readonly durationMs: number;
}

export interface HealthResult {
  readonly status: HealthStatus;
  /** In the order of the checks. */
  readonly checks: readonly CheckResult[];
  /** Checks that have nothing to say here, and why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** A check with the way to run it: of an engine, or one of jem-db's own. */
export interface Look extends HealthCheck {
  look(thresholds: Thresholds | null): Promise<Finding | NotApplicable>;
}

export interface RunOptions {
  readonly thresholds: ReadonlyMap<string, Thresholds>;
  /** Milliseconds for all of them; what has no time left is unknown. */
  readonly budget: number;
  readonly signal: AbortSignal;
  /** Told the title of each before it is run. */
  readonly onCheck: (title: string) => void;
}

/** Checks of an engine as what can be run on its probe. */
export function looksOf(checks: readonly HealthCheck[], probe: HealthProbe): Look[] {
  return checks.map((check) => ({
    ...check,
    look: (thresholds) => probe.look(check.id, thresholds),
  }));
}

/**
 * Runs checks one after the other. Never fails because one of them does: that one is unknown, with
 * the reason, or critical where it met damage; and so are all behind it that need a connection which is lost. Throws `interrupted`.
 */
export async function runChecks(
  looks: readonly Look[],
  { thresholds, budget, signal, onCheck }: RunOptions,
): Promise<HealthResult> {
  const begun = performance.now();
  const checks: CheckResult[] = [];
  const skipped: { id: string; reason: string }[] = [];
  for (const one of looks) {
    signal.throwIfAborted();
    onCheck(one.title);
    const bounds = thresholds.get(one.id) ?? one.thresholds;
    const started = performance.now();
    const seen = started - begun < budget ? await lookAt(one, bounds, signal) : outOfTime(budget);
    if ('notApplicable' in seen) skipped.push({ id: one.id, reason: seen.notApplicable });
    else checks.push(resultOf(one, bounds, seen, performance.now() - started));
  }
  return { status: worstOf(checks.map(({ status }) => status)), checks, skipped };
}

async function lookAt(
  one: Look,
  bounds: Thresholds | null,
  signal: AbortSignal,
): Promise<Finding | NotApplicable> {
  try {
    return await one.look(bounds);
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof JemError)) return notJudged(error);
    return {
      status: error.class === 'corruption' ? 'critical' : 'unknown',
      value: null,
      summary: error.message,
      hint: error.details.hint ?? null,
    };
  }
}

/** A mistake in one check must not hide what the others see. */
function notJudged(error: unknown): Finding {
  const message = withoutSecrets(error instanceof Error ? error.message : String(error));
  return {
    status: 'unknown',
    value: null,
    summary: `what was seen could not be judged: ${message}`,
    hint: 'Please report it to the project’s issue tracker.',
  };
}

function outOfTime(budget: number): Finding {
  return {
    status: 'unknown',
    value: null,
    summary: `not looked at: the checks before it took all of the ${budget / 1000} s`,
    hint: 'Give it more time with --timeout, or name fewer checks with --only.',
  };
}

function resultOf(
  check: HealthCheck,
  bounds: Thresholds | null,
  finding: Finding,
  durationMs: number,
): CheckResult {
  const { id, title, group, unit, lowIsBad, isAge } = check;
  const { value, summary, hint, objects } = finding;
  const status = statusOfFinding(finding, bounds, check);
  return {
    ...{ id, title, group, status, summary, value, unit },
    warning: bounds?.warning ?? null,
    critical: bounds?.critical ?? null,
    ...(lowIsBad && { lowIsBad }),
    ...(isAge && { isAge }),
    hint: status === 'ok' ? null : hint,
    ...(objects && { objects }),
    durationMs: Math.round(durationMs * 10) / 10,
  };
}

/** The same checks, the worst first; those of one status as they were. Pure. */
export function sortedByStatus(checks: readonly CheckResult[]): CheckResult[] {
  return worstFirst.flatMap((status) => checks.filter((check) => check.status === status));
}
