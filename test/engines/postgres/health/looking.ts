import { postgresChecks } from '../../../../src/engines/postgres/health/checks.ts';
import { postgresProbe } from '../../../../src/engines/postgres/health/probe.ts';
import type { HealthGroup } from '../../../../src/engines/health.ts';
import {
  type CheckResult,
  type HealthResult,
  looksOf,
  runChecks,
} from '../../../../src/health/run.ts';
import { type Connecting, opened } from '../connecting.ts';

/** As `health check` looks, at some groups; every finding by its id. */
export async function lookedAt(
  url: string,
  groups: readonly HealthGroup[],
  connecting: Connecting = {},
): Promise<HealthResult & { readonly byId: ReadonlyMap<string, CheckResult> }> {
  await using session = await opened(url, connecting);
  const { signal } = new AbortController();
  const probe = await postgresProbe(session, {
    ...{ signal, statementTimeout: 1000, lockTimeout: 50, connectMs: 1 },
    tenantColumns: ['tenant_id', 'tenant'],
  });
  const checks = postgresChecks.filter(({ group }) => groups.includes(group));
  const result = await runChecks(looksOf(checks, probe), {
    ...{ thresholds: new Map(), budget: 10_000, signal },
    onCheck: () => {},
  });
  return { ...result, byId: new Map(result.checks.map((check) => [check.id, check])) };
}

/** What the tests of planted defects are about. */
export const plantedGroups = ['indexes', 'integrity', 'security', 'tenancy'] as const;
