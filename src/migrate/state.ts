import type { LedgerRow } from '../engines/engine.ts';
import { checksumOf } from './load.ts';
import type { Migration } from './migration.ts';
import { compareMigrations, duplicates, outOfOrder } from './order.ts';
import type { Workplace } from './setup.ts';

/** Files read at the same time when checksums are compared. */
const readsAtOnce = 32;

export type ProblemKind =
  | 'changed'
  | 'missing'
  | 'out-of-order'
  | 'number-twice'
  | 'unfinished'
  | 'half-reverted';

export interface Problem {
  readonly kind: ProblemKind;
  readonly name: string;
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
  return judge(workplace, rows, await changedNames(workplace, rows));
}

async function changedNames(
  { folder, session }: Workplace,
  rows: readonly LedgerRow[],
): Promise<ReadonlySet<string>> {
  const files = new Map(folder.migrations.map((migration) => [migration.name, migration]));
  const changed = new Set<string>();
  const compare = async (row: LedgerRow): Promise<void> => {
    const migration = files.get(row.name);
    if (!migration || row.statementsDone !== null) return;
    if ((await checksumOf(migration.up, session.engine.dialect)) !== row.checksum)
      changed.add(row.name);
  };
  for (let at = 0; at < rows.length; at += readsAtOnce)
    await Promise.all(rows.slice(at, at + readsAtOnce).map(compare));
  return changed;
}

/** Pure: the state that follows from the folder, the ledger's rows and the changed files. */
function judge(
  { folder }: Pick<Workplace, 'folder'>,
  rows: readonly LedgerRow[],
  changed: ReadonlySet<string>,
): State {
  const { migrations } = folder;
  const names = new Set(migrations.map(({ name }) => name));
  const whole = new Set(
    rows.filter(({ statementsDone }) => statementsDone === null).map(({ name }) => name),
  );
  const pending = migrations.filter(({ name }) => !whole.has(name));
  return {
    applied: rows.filter(({ name }) => whole.has(name)).toSorted(byTime(migrations)),
    unfinished: rows.filter(({ name }) => !whole.has(name)),
    pending,
    problems: [
      ...rows.filter(({ name }) => changed.has(name)).map(({ name }) => problem('changed', name)),
      ...rows
        .filter(({ name, fileGone }) => !names.has(name) && !fileGone)
        .map(({ name }) => problem('missing', name)),
      ...outOfOrder([...whole], migrations).map(({ name }) => problem('out-of-order', name)),
      ...duplicates(migrations)
        .filter((pair) => pair.some((name) => !whole.has(name)))
        .map(([first, second]) => problem('number-twice', whole.has(second) ? first : second)),
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
  const place = new Map(
    migrations.toSorted(compareMigrations).map(({ name }, index) => [name, index]),
  );
  return (a, b) =>
    Date.parse(a.appliedAt) - Date.parse(b.appliedAt) ||
    (place.get(a.name) ?? 0) - (place.get(b.name) ?? 0);
}

const hints: Readonly<Record<ProblemKind, (name: string) => string>> = {
  changed: (name) =>
    `Put the file back as it was and write a new migration for the change; or, if the database is right, accept it: \`jem-db migrate repair ${name}\``,
  missing: (name) =>
    `Bring the file back (another branch may have it); or accept that it is gone: \`jem-db migrate repair ${name}\``,
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
