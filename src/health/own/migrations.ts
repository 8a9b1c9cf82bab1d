import type { Finding, HealthCheck } from '../../engines/health.ts';

/** What `migrate status` knows. */
interface Migrations {
  readonly applied: readonly unknown[];
  readonly pending: readonly { readonly name: string }[];
  readonly problems: readonly {
    readonly kind: string;
    readonly name: string;
    readonly hint: string;
  }[];
}

export const migrationsCheck: HealthCheck = {
  id: 'migrations',
  title: 'migrations that are pending or changed',
  group: 'migrations',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db',
};

/** Pending ones count; what was changed or is missing is critical, whatever the thresholds. Pure. */
export function judgeMigrations({ applied, pending, problems }: Migrations): Finding {
  const [problem] = problems;
  const [next] = pending;
  return {
    status: problem ? 'critical' : null,
    value: pending.length,
    summary: problem
      ? `${problem.name} is ${problem.kind}${problems.length > 1 ? `, and ${problems.length - 1} more are not as they should be` : ''}`
      : next
        ? `${pending.length} pending, the first is ${next.name}`
        : `all ${applied.length} are applied as they stand in their files`,
    hint:
      problem?.hint ??
      'Apply them: `jem-db migrate up`; `jem-db migrate up --dry-run` shows what they do.',
    objects: [
      ...problems.map(({ name, kind }) => ({ name, value: null, detail: kind })),
      ...pending.map(({ name }) => ({ name, value: null, detail: 'pending' })),
    ],
  };
}
