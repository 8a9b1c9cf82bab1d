import type { Finding, HealthCheck, NotApplicable } from '../../engines/health.ts';

/** What `migrate status` knows. */
interface Migrations {
  readonly applied: readonly unknown[];
  readonly pending: readonly { readonly name: string }[];
  readonly problems: readonly Problem[];
}

interface Problem {
  readonly kind: keyof typeof words;
  readonly name: string;
  readonly renamedTo?: string;
  readonly hint: string;
}

const words = {
  changed: 'was changed after it was applied',
  missing: 'is applied, and its file is gone',
  renamed: 'is applied, and its file has another name now',
  'out-of-order': 'is pending behind what was applied after it',
  'number-twice': 'has the number of another',
  unfinished: 'stopped half-way',
  'half-reverted': 'was reverted half-way',
} as const;

export const migrationsCheck: HealthCheck = {
  id: 'migrations',
  title: 'migrations that are pending or changed',
  group: 'migrations',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'jem-db',
};

/** Pending ones count; what was changed or is missing is critical, whatever the thresholds. Pure. */
export function judgeMigrations({
  applied,
  pending,
  problems,
}: Migrations): Finding | NotApplicable {
  const [problem] = problems;
  const [next] = pending;
  if (!problem && !next && applied.length === 0)
    return { notApplicable: 'there are no migrations' };
  return {
    status: problem ? 'critical' : null,
    value: pending.length,
    summary: problem
      ? `${told(problem)}${problems.length > 1 ? `, and ${problems.length - 1} more are not as they should be` : ''}`
      : next
        ? `${pending.length} pending, the first is ${next.name}${applied.length === 0 ? '; none was ever applied here by jem-db' : ''}`
        : `all ${applied.length} are applied as they stand in their files`,
    hint:
      problem?.hint ??
      `Apply them: \`jem-db migrate up\`; \`jem-db migrate up --dry-run\` shows what they do.${applied.length === 0 ? ' Is it the database that was meant? What another tool has applied: `jem-db migrate adopt`' : ''}`,
    objects: [
      ...problems.map((one) => ({ name: one.name, value: null, detail: words[one.kind] })),
      ...pending.map(({ name }) => ({ name, value: null, detail: 'pending' })),
    ],
  };
}

function told({ kind, name, renamedTo }: Problem): string {
  return renamedTo === undefined
    ? `${name} ${words[kind]}`
    : `${name} is applied, and its file is called ${renamedTo} now`;
}
