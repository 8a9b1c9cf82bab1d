import {
  atEnd,
  isName,
  nameOf,
  opens,
  type Reader,
  splitAtCommas,
  take,
  takeGroup,
  takeName,
  took,
  type Token,
  UnreadableSql,
} from './tokens.ts';

/** One term of a key: its tokens without the order behind them. */
export interface KeyTerm {
  readonly tokens: readonly Token[];
  readonly descending: boolean;
}

export interface PrimaryKeyText {
  readonly kind: 'primary key';
  readonly name: string | null;
  readonly key: readonly KeyTerm[];
  /** Written behind its column: there DESC keeps an INTEGER from being the rowid. */
  readonly ofColumn: boolean;
  readonly autoincrement: boolean;
  readonly conflict: string | null;
}

export interface UniqueText {
  readonly kind: 'unique';
  readonly name: string | null;
  readonly key: readonly KeyTerm[];
  readonly conflict: string | null;
}

export interface CheckText {
  readonly kind: 'check';
  readonly name: string | null;
  readonly expression: readonly Token[];
}

export interface ForeignKeyText {
  readonly kind: 'foreign key';
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly references: string;
  /** Null: the primary key. */
  readonly referenced: readonly string[] | null;
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
  readonly match: string | null;
  readonly initiallyDeferred: boolean;
}

export type ConstraintText = PrimaryKeyText | UniqueText | CheckText | ForeignKeyText;

/** Constraints of a table; SQLite wants no comma between them. */
export function readConstraints(reader: Reader): readonly ConstraintText[] {
  const found: ConstraintText[] = [];
  while (!atEnd(reader)) {
    const name = took(reader, 'CONSTRAINT') ? takeName(reader) : null;
    if (!atEnd(reader)) found.push(readConstraint(reader, name));
  }
  return found;
}

function readConstraint(reader: Reader, name: string | null): ConstraintText {
  if (took(reader, 'PRIMARY', 'KEY')) {
    const group = takeGroup(reader);
    const autoincrement = group.at(-1)?.word === 'AUTOINCREMENT';
    const key = keyTerms(autoincrement ? group.slice(0, -1) : group);
    const conflict = readConflict(reader);
    return { kind: 'primary key', name, key, ofColumn: false, autoincrement, conflict };
  }
  if (took(reader, 'UNIQUE')) {
    const key = keyTerms(takeGroup(reader));
    return { kind: 'unique', name, key, conflict: readConflict(reader) };
  }
  if (took(reader, 'CHECK')) return readCheck(reader, name);
  if (took(reader, 'FOREIGN', 'KEY')) return readForeignKey(reader, name, names(takeGroup(reader)));
  throw new UnreadableSql(`“${take(reader).text}” begins no constraint`);
}

/** Stands behind CHECK. SQLite takes a conflict clause there and does nothing with it. */
export function readCheck(reader: Reader, name: string | null): CheckText {
  const expression = takeGroup(reader);
  readConflict(reader);
  return { kind: 'check', name, expression };
}

/** Stands before REFERENCES. */
export function readForeignKey(
  reader: Reader,
  name: string | null,
  columns: readonly string[],
): ForeignKeyText {
  if (!took(reader, 'REFERENCES')) throw new UnreadableSql('REFERENCES is missing');
  const references = takeName(reader);
  const referenced = opens(reader) ? names(takeGroup(reader)) : null;
  const actions = new Map<string, string | null>();
  for (;;) {
    if (took(reader, 'ON')) actions.set(take(reader).word, readAction(reader));
    else if (took(reader, 'MATCH')) actions.set('MATCH', takeName(reader).toUpperCase());
    else break;
  }
  return {
    kind: 'foreign key',
    name,
    columns,
    references,
    referenced,
    onDelete: actions.get('DELETE') ?? null,
    onUpdate: actions.get('UPDATE') ?? null,
    match: actions.get('MATCH') ?? null,
    initiallyDeferred: readDeferred(reader),
  };
}

/** NO ACTION, which is what SQLite does unasked, is null. */
function readAction(reader: Reader): string | null {
  const first = take(reader).word;
  if (first !== 'SET' && first !== 'NO') return first;
  const second = take(reader).word;
  return first === 'SET' ? `SET ${second}` : null;
}

/** Only DEFERRABLE INITIALLY DEFERRED puts a check off; whatever else is written says nothing. */
export function readDeferred(reader: Reader): boolean {
  const not = took(reader, 'NOT', 'DEFERRABLE');
  if (!not && !took(reader, 'DEFERRABLE')) return false;
  if (!took(reader, 'INITIALLY')) return false;
  return take(reader).word === 'DEFERRED' && !not;
}

/** The clause ON CONFLICT; ABORT, which is what SQLite does unasked, is null. */
export function readConflict(reader: Reader): string | null {
  if (!took(reader, 'ON', 'CONFLICT')) return null;
  const conflict = take(reader).word;
  return conflict === 'ABORT' ? null : conflict;
}

/** The terms of an index or a key. */
export function keyTerms(tokens: readonly Token[]): readonly KeyTerm[] {
  return splitAtCommas(tokens).map((term) => {
    const order = term.length > 1 ? term.at(-1)?.word : undefined;
    const ordered = order === 'ASC' || order === 'DESC';
    return { tokens: ordered ? term.slice(0, -1) : term, descending: order === 'DESC' };
  });
}

function names(tokens: readonly Token[]): readonly string[] {
  return splitAtCommas(tokens).flatMap(([token]) => (token && isName(token) ? nameOf(token) : []));
}

/** The key of a constraint that stands behind its column. */
export function keyOfColumn(column: Token, descending: boolean): readonly KeyTerm[] {
  return [{ tokens: [column], descending }];
}
