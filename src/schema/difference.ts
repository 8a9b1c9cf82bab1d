import type { Engine } from '../engines/engine.ts';
import type { Schema } from '../engines/schema.ts';
import { didYouMean } from '../near-miss.ts';
import { attributeGroups, columnOrders, compareSchemas } from './compare.ts';
import { readIgnored, withoutIgnored } from './ignore.ts';
import { type ComparisonReport, displayName, reportOf } from './report.ts';

export interface Comparison extends ComparisonReport {
  readonly matches: boolean;
  /** What is not counted as a difference, and worth knowing. */
  readonly remarks: readonly string[];
}

/**
 * Compares what is expected with what is there, without what the patterns leave out
 * (`readIgnored`), and says how each difference could be mended.
 */
export async function compareFor(
  engine: Engine,
  expected: Schema,
  actual: Schema,
  patterns: readonly string[],
): Promise<Comparison> {
  const ignored = readIgnored(patterns);
  const [left, right] = await engine.alike(
    withoutIgnored(expected, ignored),
    withoutIgnored(actual, ignored),
  );
  const differences = compareSchemas(left, right, ignored.groups);
  const mends = differences.length > 0 ? await engine.mend(left, right, differences) : [];
  const remarks = columnOrders(left, right).map(
    ({ table, expected: first, actual: second }) =>
      `The columns of ${displayName(table)} stand in another order: expected ${first}; there ${second}`,
  );
  const unused = ignored
    .unused([...expected.objects, ...actual.objects])
    .map(
      (pattern) =>
        `The pattern "${pattern}" leaves nothing out.${didYouMean(pattern, Object.keys(attributeGroups))}`,
    );
  return {
    matches: differences.length === 0,
    ...reportOf(differences, mends),
    remarks: [...remarks, ...unused],
  };
}
