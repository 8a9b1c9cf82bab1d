import type { LedgerChange } from '../engines/migrating.ts';
import type { Schema } from '../engines/schema.ts';
import { Interrupted, JemError } from '../errors.ts';
import { readFileOptions } from '../sql/options.ts';
import { load } from './load.ts';
import type { Migration, Source } from './migration.ts';
import { rowOf } from './record.ts';
import type { Workplace } from './setup.ts';
import { runStep } from './step.ts';

export type CheckRule =
  | 'up-fails'
  | 'down-fails'
  | 'down-forgets'
  | 'up-fails-again'
  | 'up-differs'
  | 'no-way-down';

export interface CheckFinding {
  readonly rule: CheckRule;
  readonly level: 'error' | 'note';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

/** What one migration's way up, down and up again left behind. `Difference` is the caller's. */
export interface RoundTrip<Difference> {
  readonly name: string;
  readonly reversible: boolean;
  readonly differences: readonly Difference[];
  readonly findings: readonly CheckFinding[];
  /** `applied`: the next one can go on here. `stuck`: it must begin anew. `failed`: none can follow. */
  readonly end: 'applied' | 'stuck' | 'failed';
}

export interface Comparing<Difference> {
  /** What differs between the schema that should be there and the one that is. */
  readonly compare: (expected: Schema, actual: Schema) => Promise<readonly Difference[]>;
  /** A difference in a few words. */
  readonly name: (difference: Difference) => string;
}

/** Runs one migration up, down and up again, with a look at the schema after each. */
export async function roundTrip<Difference>(
  place: Workplace,
  migration: Migration,
  { compare, name }: Comparing<Difference>,
): Promise<RoundTrip<Difference>> {
  const { up, down } = migration;
  const look = (): Promise<Schema> => place.session.schema(place.setup);
  const ending = (end: RoundTrip<Difference>['end'], findings: readonly CheckFinding[]) =>
    ({ name: migration.name, reversible: false, differences: [], findings, end }) as const;
  const before = await look();
  const failure = await attempt(place, migration, 'up');
  if (failure) return ending('failed', [failed('up-fails', up, failure)]);
  const after = await look();
  const reason = irreversible(migration);
  if (reason !== null) return ending('applied', []);
  if (!down) return ending('applied', [noWayDown(migration)]);

  const downFailure = await attempt(place, migration, 'down');
  if (downFailure) {
    const end = (await compare(after, await look())).length === 0 ? 'applied' : 'stuck';
    return ending(end, [failed('down-fails', down, downFailure)]);
  }
  const forgotten = await compare(before, await look());
  const findings = forgotten.length > 0 ? [forgets(down, forgotten.map(name))] : [];
  const trip = { name: migration.name, reversible: forgotten.length === 0, differences: forgotten };
  const againFailure = await attempt(place, migration, 'up');
  if (againFailure)
    return {
      ...trip,
      reversible: false,
      findings: [...findings, failed('up-fails-again', up, againFailure)],
      end: 'stuck',
    };
  const again = await compare(after, await look());
  if (again.length === 0) return { ...trip, findings, end: 'applied' };
  return {
    ...trip,
    reversible: false,
    differences: [...forgotten, ...again],
    findings: [...findings, differs(up, again.map(name))],
    end: 'stuck',
  };
}

/** Null where it went well. What is no fault of the migration is thrown. */
async function attempt(
  place: Workplace,
  migration: Migration,
  direction: 'up' | 'down',
): Promise<JemError | null> {
  const source = direction === 'up' ? migration.up : migration.down;
  if (!source) throw new TypeError(`${migration.name} has no way ${direction}`);
  try {
    const loaded = await load(source, direction, place.session.engine.dialect);
    const change: LedgerChange =
      direction === 'up'
        ? { kind: 'insert', row: rowOf(migration, loaded) }
        : { kind: 'delete', name: migration.name };
    await runStep(place, migration.name, loaded, change);
    return null;
  } catch (error) {
    if (error instanceof Interrupted || !(error instanceof JemError)) throw error;
    if (error.exitCode === 3) throw error;
    return error;
  }
}

function irreversible({ up, down }: Migration): string | null {
  for (const source of [up, ...(down ? [down] : [])]) {
    if (source.kind !== 'sql') continue;
    const { irreversible: because } = readFileOptions(source.read(), source.file);
    if (because !== null) return because;
  }
  return null;
}

function failed(rule: CheckRule, source: Source, error: JemError): CheckFinding {
  const { location, why, hint } = error.details;
  const way = { 'up-fails': 'The way up', 'down-fails': 'The way down' }[rule as string];
  return {
    rule,
    level: 'error',
    file: location?.file ?? source.file,
    line: location?.line ?? 1,
    column: location?.column ?? 1,
    message: `${way ?? 'The way up, after the way down,'} fails: ${error.message}`,
    hint: [why, hint].filter(Boolean).join(' '),
  };
}

function noWayDown({ up }: Migration): CheckFinding {
  return {
    ...atStart(up),
    rule: 'no-way-down',
    level: 'note',
    message: 'There is no way down',
    hint: 'Write one; or say that there is none: `-- jem-db: irreversible because …`',
  };
}

function forgets(down: Source, left: readonly string[]): CheckFinding {
  return {
    ...atStart(down),
    rule: 'down-forgets',
    level: 'error',
    message: `The way down does not undo all: ${left.join('; ')}`,
    hint: 'Undo it there, or say in the way up why it cannot be: `-- jem-db: irreversible because …`',
  };
}

function differs(up: Source, left: readonly string[]): CheckFinding {
  return {
    ...atStart(up),
    rule: 'up-differs',
    level: 'error',
    message: `Up, down and up again leads elsewhere: ${left.join('; ')}`,
    hint: 'Something that the first way up found is made by neither way.',
  };
}

function atStart({ file }: Source): Pick<CheckFinding, 'file' | 'line' | 'column'> {
  return { file, line: 1, column: 1 };
}
