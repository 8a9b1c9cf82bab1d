import type { Row } from '../../engines/values.ts';
import { flywayVersion } from '../layouts/flyway.ts';
import { compareVersions } from '../order.ts';
import { type ForeignLedger, matched, refused, text, truthy } from './ledger.ts';

/** Flyway keeps a history: undone and deleted versions follow as rows of their own. */
export const flyway: ForeignLedger = {
  tool: 'flyway',
  tables: ['flyway_schema_history', 'schema_version'],
  columns: ['installed_rank', 'version', 'type', 'success'],
  applied: async (rows, migrations) => {
    const failed = rows.find((row) => !truthy(row['success']));
    if (failed)
      return refused(
        `Flyway's migration ${text(failed['script'])} failed and is still in its history. Put right what it left behind, run "flyway repair", then adopt.`,
      );
    const { versions, baseline } = replay(rows);
    const below = migrations.filter(
      ({ version }) => baseline !== null && compareVersions(version, baseline) <= 0,
    );
    const held = [...versions, ...below.map(({ version }) => version.join('.'))];
    return matched(held, migrations, ({ version }) => version.join('.'));
  },
};

interface History {
  /** Versions applied and not undone. */
  readonly versions: ReadonlySet<string>;
  /** Everything up to here was there before Flyway. */
  readonly baseline: readonly bigint[] | null;
}

function replay(rows: readonly Row[]): History {
  const versions = new Set<string>();
  let baseline: readonly bigint[] | null = null;
  const rank = (row: Row): number => Number(text(row['installed_rank']));
  for (const row of rows.toSorted((a, b) => rank(a) - rank(b))) {
    const type = text(row['type']);
    const written = text(row['version']);
    // Repeatable migrations and the creation of the schema carry no version.
    if (!/^\d+([._]\d+)*$/.test(written)) continue;
    const version = flywayVersion(written);
    if (type.includes('BASELINE')) baseline = version;
    else if (type.startsWith('UNDO') || type === 'DELETE') versions.delete(version.join('.'));
    else versions.add(version.join('.'));
  }
  return { versions, baseline };
}
