import type { LedgerRow } from '../engines/migrating.ts';
import { sameTokens } from './checksum.ts';
import { checksumOf, isUnchanged } from './load.ts';
import type { Migration } from './migration.ts';
import { parseName } from './naming.ts';
import { compareMigrations, duplicates, outOfOrder, type Placed } from './order.ts';
import type { Workplace } from './setup.ts';

export type ProblemKind =
  | 'changed'
  | 'missing'
  | 'renamed'
  | 'out-of-order'
  | 'number-twice'
  | 'unfinished'
  | 'half-reverted';

export interface Problem {
  readonly kind: ProblemKind;
  readonly name: string;
  /** The pending file that has the content of a missing one. */
  readonly renamedTo?: string;
  readonly hint: string;
}

/** What the folder and the ledger say together. */
export interface State {
  /** In the order they were applied; unfinished ones are not among them. */
  readonly applied: readonly LedgerRow[];
  readonly unfinished: readonly LedgerRow[];
  /** In the order they will run; an unfinished one is among them. */
  readonly pending: readonly Migration[];
  readonly problems: readonly Problem[];
}

/** Reads the ledger and compares every applied file with its checksum. Changes nothing. */
export async function readState(workplace: Workplace): Promise<State> {
  const rows = (await workplace.ledger.read()) ?? [];
  const changed = changedNames(workplace, rows);
  return judge(workplace, rows, { changed, renamed: renamedNames(workplace, rows) });
}

function changedNames(
  { folder, session }: Workplace,
  rows: readonly LedgerRow[],
): ReadonlySet<string> {
  const files = new Map(folder.migrations.map((migration) => [migration.name, migration]));
  const changed = new Set<string>();
  for (const { name, checksum, statementsDone } of rows) {
    const migration = files.get(name);
    if (!migration || statementsDone !== null) continue;
    if (!isUnchanged(migration.up, checksum, session.engine.dialect)) changed.add(name);
  }
  return changed;
}

/** Applied names whose file is gone, with the pending file that has the same content. */
function renamedNames(
  { folder, session }: Workplace,
  rows: readonly LedgerRow[],
): ReadonlyMap<string, string> {
  const files = new Set(folder.migrations.map(({ name }) => name));
  const missing = rows.filter(({ name, fileGone }) => !files.has(name) && !fileGone);
  const renamed = new Map<string, string>();
  if (missing.length === 0) return renamed;
  const applied = new Set(rows.map(({ name }) => name));
  for (const { name, up } of folder.migrations.filter((each) => !applied.has(each.name))) {
    const checksum = checksumOf(up, session.engine.dialect);
    const same = missing.find(
      (row) => sameTokens(row.checksum, checksum) && !renamed.has(row.name),
    );
    if (same) renamed.set(same.name, name);
  }
  return renamed;
}

interface Compared {
  readonly changed: ReadonlySet<string>;
  readonly renamed: ReadonlyMap<string, string>;
}

/** Pure: the state that follows from the folder, the ledger's rows and the compared files. */
function judge(
  { folder }: Pick<Workplace, 'folder'>,
  rows: readonly LedgerRow[],
  { changed, renamed }: Compared,
): State {
  const { migrations } = folder;
  const names = new Set(migrations.map(({ name }) => name));
  const whole = new Set(
    rows.filter(({ statementsDone }) => statementsDone === null).map(({ name }) => name),
  );
  const targets = new Set(renamed.values());
  const twice = new Set(
    duplicates(migrations)
      .filter((pair) => pair.some((name) => !whole.has(name)))
      .map(([first, second]) => (whole.has(second) ? first : second)),
  );
  const pending = migrations.filter(({ name }) => !whole.has(name) && !targets.has(name));
  return {
    applied: rows.filter(({ name }) => whole.has(name)).toSorted(byTime(migrations)),
    unfinished: rows.filter(({ name }) => !whole.has(name)),
    pending,
    problems: [
      ...rows.filter(({ name }) => changed.has(name)).map(({ name }) => problem('changed', name)),
      ...rows
        .filter(({ name, fileGone }) => !names.has(name) && !fileGone)
        .map(({ name }) => missingOrRenamed(name, renamed.get(name))),
      // One number for two is late, too, and has one way out alone.
      ...outOfOrder([...whole, ...targets], migrations)
        .filter(({ name }) => !twice.has(name))
        .map(({ name }) => problem('out-of-order', name)),
      ...[...twice].map((name) => problem('number-twice', name)),
      ...rows
        .filter(({ name }) => !whole.has(name))
        .map(({ name, statementsDone }) =>
          problem((statementsDone ?? 0) < 0 ? 'half-reverted' : 'unfinished', name),
        ),
    ],
  };
}

/** Rows of one instant (a baseline, an adoption) stand in the order of their files. */
function byTime(migrations: readonly Migration[]): (a: LedgerRow, b: LedgerRow) => number {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]));
  // A file that is gone has its place by its name.
  const placed = ({ name }: LedgerRow): Placed =>
    byName.get(name) ?? { name, version: parseName(name)?.version ?? [] };
  return (a, b) =>
    Date.parse(a.appliedAt) - Date.parse(b.appliedAt) || compareMigrations(placed(a), placed(b));
}

const hints: Readonly<Record<ProblemKind, (name: string) => string>> = {
  changed: (name) =>
    `Put the file back as it was and write a new migration for the change; or, if the database is right, accept it: \`jem-db migrate repair ${name}\``,
  missing: (name) =>
    `Bring the file back (another branch may have it); or accept that it is gone: \`jem-db migrate repair ${name}\``,
  renamed: (name) =>
    `Record its new name: \`jem-db migrate repair ${name}\`; as it is, it would run again`,
  'out-of-order': (name) =>
    `Give it a new number: \`jem-db migrate rebase ${name}\`; or apply it late knowingly: \`jem-db migrate up --allow-out-of-order\``,
  'number-twice': (name) =>
    `Two files have one number; give this one a new number: \`jem-db migrate rebase ${name}\``,
  'half-reverted': (name) =>
    `Its way down runs without a transaction and stopped half-way: \`jem-db migrate down\` goes on behind the last statement that was done; \`jem-db migrate repair ${name}\` forgets the migration`,
  unfinished: (name) =>
    `It runs without a transaction and stopped half-way: \`jem-db migrate up\` goes on behind the last statement that was done; \`jem-db migrate repair ${name}\` forgets the try`,
};

function problem(kind: ProblemKind, name: string): Problem {
  return { kind, name, hint: hints[kind](name) };
}

function missingOrRenamed(name: string, renamedTo: string | undefined): Problem {
  if (renamedTo === undefined) return problem('missing', name);
  return { ...problem('renamed', name), renamedTo };
}
