import {
  type ConstraintText,
  keyOfColumn,
  readCheck,
  readConflict,
  readDeferred,
  readForeignKey,
} from './constraint-text.ts';
import { identifier } from './keywords.ts';
import {
  atEnd,
  isName,
  nameOf,
  opens,
  type Reader,
  take,
  takeGroup,
  takeName,
  took,
  type Token,
  UnreadableSql,
  wordAt,
} from './tokens.ts';

/** What a column's definition says. */
export interface ColumnText {
  readonly name: string;
  /** `VARCHAR(10)`; null where it has none. */
  readonly type: string | null;
  readonly notNull: { readonly name: string | null; readonly conflict: string | null } | null;
  /** The expression in parentheses, or a literal's tokens. */
  readonly default: readonly Token[] | null;
  readonly collation: string | null;
  readonly generated: {
    readonly stored: boolean;
    readonly expression: readonly Token[];
  } | null;
  /** Checks, keys and references that stand behind the column. */
  readonly constraints: readonly ConstraintText[];
}

type Draft = { -readonly [Key in keyof ColumnText]: ColumnText[Key] } & {
  constraints: ConstraintText[];
};

export function readColumn(reader: Reader): ColumnText {
  const token = take(reader);
  const draft: Draft = {
    name: nameOf(token),
    type: readType(reader),
    notNull: null,
    default: null,
    collation: null,
    generated: null,
    constraints: [],
  };
  while (!atEnd(reader)) {
    const name = took(reader, 'CONSTRAINT') ? takeName(reader) : null;
    if (!atEnd(reader)) readClause(reader, draft, name, token);
  }
  return draft;
}

const clauses: ReadonlySet<string> = new Set([
  ...['CONSTRAINT', 'PRIMARY', 'NOT', 'NULL', 'UNIQUE', 'CHECK', 'DEFAULT', 'COLLATE'],
  ...['REFERENCES', 'AS', 'DEFERRABLE'],
]);

function readType(reader: Reader): string | null {
  const words: string[] = [];
  for (let token = reader.tokens[reader.at]; token && isName(token);) {
    if (clauses.has(token.word) || isGenerated(reader)) break;
    words.push(token.kind === 'word' ? token.word : identifier(nameOf(token)));
    token = reader.tokens[++reader.at];
  }
  if (words.length === 0) return null;
  const size = opens(reader) ? takeGroup(reader).map(({ text }) => text) : [];
  return words.join(' ') + (size.length === 0 ? '' : `(${size.join('')})`);
}

/** GENERATED may also be a word of the type. */
function isGenerated(reader: Reader): boolean {
  return (
    wordAt(reader) === 'GENERATED' && wordAt(reader, 1) === 'ALWAYS' && wordAt(reader, 2) === 'AS'
  );
}

function readClause(reader: Reader, draft: Draft, name: string | null, column: Token): void {
  if (took(reader, 'NOT', 'NULL')) draft.notNull = { name, conflict: readConflict(reader) };
  else if (took(reader, 'NULL')) readConflict(reader);
  else if (took(reader, 'DEFAULT')) draft.default = readDefault(reader);
  else if (took(reader, 'COLLATE')) draft.collation = takeName(reader);
  else if (took(reader, 'GENERATED', 'ALWAYS', 'AS') || took(reader, 'AS'))
    draft.generated = { expression: takeGroup(reader), stored: isStored(reader) };
  else if (isDeferral(reader)) deferLast(draft.constraints, readDeferred(reader));
  else draft.constraints.push(readKey(reader, name, column));
}

/** Other clauses may stand between a reference and when it is checked. */
function isDeferral(reader: Reader): boolean {
  return wordAt(reader, wordAt(reader) === 'NOT' ? 1 : 0) === 'DEFERRABLE';
}

function deferLast(constraints: ConstraintText[], initiallyDeferred: boolean): void {
  const at = constraints.findLastIndex(({ kind }) => kind === 'foreign key');
  const last = constraints[at];
  if (last?.kind === 'foreign key') constraints[at] = { ...last, initiallyDeferred };
}

function readKey(reader: Reader, name: string | null, column: Token): ConstraintText {
  if (took(reader, 'PRIMARY', 'KEY')) {
    const descending = !took(reader, 'ASC') && took(reader, 'DESC');
    const conflict = readConflict(reader);
    const autoincrement = took(reader, 'AUTOINCREMENT');
    const key = keyOfColumn(column, descending);
    return { kind: 'primary key', name, key, ofColumn: true, autoincrement, conflict };
  }
  if (took(reader, 'UNIQUE'))
    return {
      kind: 'unique',
      name,
      key: keyOfColumn(column, false),
      conflict: readConflict(reader),
    };
  if (took(reader, 'CHECK')) return readCheck(reader, name);
  if (wordAt(reader) === 'REFERENCES') return readForeignKey(reader, name, [nameOf(column)]);
  throw new UnreadableSql(`“${take(reader).text}” begins nothing that a column can have`);
}

function isStored(reader: Reader): boolean {
  return !took(reader, 'VIRTUAL') && took(reader, 'STORED');
}

/** A literal, perhaps with a sign, or an expression with its parentheses. */
function readDefault(reader: Reader): readonly Token[] {
  const start = reader.at;
  if (opens(reader)) takeGroup(reader);
  else if (/^[-+]$/.test(take(reader).text)) take(reader);
  return reader.tokens.slice(start, reader.at);
}
