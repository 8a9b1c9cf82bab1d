import type { Finding, HealthCheck } from '../../engines/health.ts';

/** What `schema verify` knows. */
interface Compared {
  readonly differences: readonly {
    readonly change: string;
    readonly object: {
      readonly type: string;
      readonly schema: string | null;
      readonly name: string;
    };
    readonly fix: string | null;
  }[];
  /** Where the expected schema came from. */
  readonly expectedFrom: string;
}

export const driftCheck: HealthCheck = {
  id: 'drift',
  title: 'a schema that is not what its migrations produce',
  group: 'migrations',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'jem-db schema verify',
  onRequest: true,
};

/** Pure. */
export function judgeDrift({ differences, expectedFrom }: Compared): Finding {
  const named = differences.map(({ change, object: { type, schema, name } }) => ({
    name: `${type} ${schema === null ? name : `${schema}.${name}`}`,
    value: null,
    detail: change,
  }));
  const [first] = named;
  return {
    status: null,
    value: differences.length,
    summary: first
      ? `the schema drifted: ${first.name} is ${first.detail}${differences.length > 1 ? `, and ${differences.length - 1} more differ` : ''}`
      : `the schema is as expected: ${expectedFrom}`,
    hint: `\`jem-db schema verify\` shows all of it.${differences[0]?.fix ? ` This mends the first: ${differences[0].fix}` : ''}`,
    objects: named,
  };
}
