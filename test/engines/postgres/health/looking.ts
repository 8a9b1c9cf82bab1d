import type { HealthGroup, Thresholds } from '../../../../src/engines/health.ts';
import { postgresChecks } from '../../../../src/engines/postgres/health/checks.ts';
import {
  type CheckResult,
  type HealthResult,
  looksOf,
  runChecks,
  sortedByStatus,
} from '../../../../src/health/run.ts';
import { type Connecting, opened } from '../connecting.ts';

/** What the tests of planted defects are about. */
export const plantedGroups = ['indexes', 'integrity', 'security', 'tenancy'] as const;

/** All others: what tests of a server, its sessions and its tables are about. */
const ofTheServer = postgresChecks
  .filter(
    ({ id, group }) => id === 'invalid-indexes' || !plantedGroups.some((one) => one === group),
  )
  .map(({ id }) => id);

export interface Looked {
  /** What came out of a check; throws where it had nothing to say. */
  readonly of: (id: string) => CheckResult;
  /** `critical fsync: what was seen` of all that is not well, the worst first. */
  readonly findings: readonly string[];
  /** Why a check had nothing to say. */
  readonly skipped: ReadonlyMap<string, string>;
  readonly durationMs: number;
}

/** Runs checks (all of them, unless told) as `health check` does, with its limits. */
export async function lookAt(
  url: string,
  ids: readonly string[] = ofTheServer,
  thresholds: Readonly<Record<string, Thresholds>> = {},
): Promise<Looked> {
  const begun = performance.now();
  const { checks, skipped } = await run(url, ids, { thresholds });
  const reasons = new Map(skipped.map(({ id, reason }) => [id, reason]));
  return {
    of: (id) => {
      const found = checks.find((check) => check.id === id);
      if (found) return found;
      throw new Error(`${id} had nothing to say: ${reasons.get(id) ?? 'it was not asked for'}`);
    },
    findings: sortedByStatus(checks)
      .filter(({ status }) => status !== 'ok')
      .map(({ id, status, summary }) => `${status} ${id}: ${summary}`),
    skipped: reasons,
    durationMs: performance.now() - begun,
  };
}

/** The same of some groups; every finding by its id. */
export async function lookedAt(
  url: string,
  groups: readonly HealthGroup[],
  connecting: Connecting = {},
): Promise<HealthResult & { readonly byId: ReadonlyMap<string, CheckResult> }> {
  const ids = postgresChecks.filter(({ group }) => groups.includes(group)).map(({ id }) => id);
  const result = await run(url, ids, { connecting });
  return { ...result, byId: new Map(result.checks.map((check) => [check.id, check])) };
}

async function run(
  url: string,
  ids: readonly string[],
  {
    thresholds = {},
    connecting = {},
  }: { thresholds?: Readonly<Record<string, Thresholds>>; connecting?: Connecting },
): Promise<HealthResult> {
  const begun = performance.now();
  await using session = await opened(url, connecting);
  const { signal } = new AbortController();
  const budget = 10_000;
  const probe = await session.health({
    ...{ signal, budget, statementTimeout: 1000, lockTimeout: 50 },
    ...{ connectMs: performance.now() - begun, tenantColumns: ['tenant_id', 'tenant'] },
  });
  const wanted = postgresChecks.filter(({ id }) => ids.includes(id));
  return await runChecks(looksOf(wanted, probe), {
    // How fast this machine answers today is none of what is planted.
    thresholds: new Map(
      Object.entries({ connection: { warning: 60, critical: 60 }, ...thresholds }),
    ),
    ...{ budget, signal },
    onCheck: () => {},
  });
}

/** What is of one of these states, by name. */
export function idsOf({ findings }: Looked, ...statuses: readonly string[]): string[] {
  const heads = findings.map((finding) => finding.split(':')[0]!.split(' '));
  return heads
    .filter(([status]) => statuses.includes(status!))
    .map(([, id]) => id!)
    .toSorted();
}
