import type { Migration } from './migration.ts';

/** Orders two versions part by part; of two that begin alike the shorter comes first. */
export function compareVersions(a: readonly bigint[], b: readonly bigint[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part !== other) return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

export type Placed = Pick<Migration, 'name' | 'version'>;

/** The order migrations run in: by version, then by name, whatever the locale. */
export function compareMigrations(a: Placed, b: Placed): number {
  return compareVersions(a.version, b.version) || compareText(a.name, b.name);
}

/** Pairs of names that carry the same version; `migrations` in order. */
export function duplicates(migrations: readonly Migration[]): [string, string][] {
  return migrations.flatMap((migration, index): [string, string][] => {
    const before = migrations[index - 1];
    const same = before && compareVersions(before.version, migration.version) === 0;
    return same ? [[before.name, migration.name]] : [];
  });
}

/** Pending migrations that stand before the last applied one; `migrations` in order. */
export function outOfOrder(
  appliedNames: readonly string[],
  migrations: readonly Migration[],
): Migration[] {
  const applied = new Set(appliedNames);
  const last = migrations.findLastIndex(({ name }) => applied.has(name));
  return migrations.slice(0, Math.max(last, 0)).filter(({ name }) => !applied.has(name));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
