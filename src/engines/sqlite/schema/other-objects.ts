import { keyOf, type SchemaObject } from '../../schema.ts';
import type { TableSurroundings } from './constraint-objects.ts';
import { keyTerms } from './constraint-text.ts';
import { keyText } from './key.ts';
import { folded } from './keywords.ts';
import { inQuotes, printed, printedOfTable } from './print.ts';
import {
  isName,
  nameOf,
  opens,
  type Reader,
  readerOf,
  splitAtCommas,
  take,
  takeGroup,
  took,
  type Token,
  wordAt,
} from './tokens.ts';

/** `CREATE [UNIQUE] INDEX name ON table (terms) [WHERE condition]` */
export function indexObject(
  name: string,
  tokens: readonly Token[],
  { scope, collations }: TableSurroundings,
): SchemaObject {
  const reader = readerOf(tokens);
  reader.at = tokens.findIndex(({ kind }) => kind === 'open');
  const key = keyText(keyTerms(takeGroup(reader)), scope, collations);
  const where = took(reader, 'WHERE') ? tokens.slice(reader.at) : null;
  return {
    ...partOf('index', scope.table, name),
    attributes: {
      unique: wordAt(readerOf(tokens), 1) === 'UNIQUE',
      key,
      where: where && printedOfTable(where, scope),
    },
  };
}

/** `CREATE VIEW name [(names)] AS SELECT …` */
export function viewObject(
  name: string,
  tokens: readonly Token[],
  relationKeys: ReadonlyMap<string, string>,
): SchemaObject {
  const reader = afterName(tokens);
  const names = opens(reader) ? printed(takeGroup(reader), inQuotes) : null;
  took(reader, 'AS');
  const select = tokens.slice(reader.at);
  const mentioned = select.flatMap((token) =>
    isName(token) ? (relationKeys.get(folded(nameOf(token))) ?? []) : [],
  );
  const self = { type: 'view', schema: null, table: null, name };
  return {
    ...self,
    attributes: { columnNames: names, definition: printed(select, inQuotes) },
    dependsOn: [...new Set(mentioned)].filter((key) => key !== keyOf(self)).toSorted(),
  };
}

/** `CREATE VIRTUAL TABLE name USING module (arguments)`: these are for the module to read. */
export function virtualTableObject(name: string, tokens: readonly Token[]): SchemaObject {
  const reader = afterName(tokens);
  took(reader, 'USING');
  const module = folded(nameOf(take(reader)));
  const written = opens(reader) ? splitAtCommas(takeGroup(reader)) : [];
  const words = written.map((tokens) =>
    tokens.map(({ text, apart }, at) => (apart && at > 0 ? ` ${text}` : text)).join(''),
  );
  return {
    ...{ type: 'virtual table', schema: null, table: null, name, dependsOn: [] },
    attributes: { module, arguments: words.length > 0 ? words.join(', ') : null },
  };
}

/** `CREATE TRIGGER name [timing] event ON table [FOR EACH ROW] [WHEN …] BEGIN …; END` */
export function triggerObject(
  name: string,
  tokens: readonly Token[],
  relation: { readonly name: string; readonly type: string },
  columns: ReadonlyMap<string, string>,
): SchemaObject {
  const reader = afterName(tokens);
  const timing = readTiming(reader);
  const event = take(reader).word;
  const names = took(reader, 'OF')
    ? tokens.slice(reader.at, wordIndex(tokens, 'ON', reader))
    : null;
  reader.at = wordIndex(tokens, 'BEGIN', reader);
  const head = tokens.slice(0, reader.at);
  const when = head.findIndex(({ word }) => word === 'WHEN');
  const end = tokens.findLastIndex(({ word }) => word === 'END');
  return {
    ...partOf('trigger', relation.name, name, relation.type),
    attributes: {
      timing,
      event,
      of:
        names &&
        namesIn(names)
          .map((each) => columns.get(folded(each)) ?? each)
          .toSorted(),
      when: when < 0 ? null : printed(head.slice(when + 1), inQuotes),
      body: printed(tokens.slice(reader.at + 1, end), inQuotes),
    },
  };
}

function readTiming(reader: Reader): string {
  if (took(reader, 'INSTEAD', 'OF')) return 'INSTEAD OF';
  if (took(reader, 'AFTER')) return 'AFTER';
  took(reader, 'BEFORE');
  return 'BEFORE';
}

/** Where a keyword stands next that is not the name of a column. */
function wordIndex(tokens: readonly Token[], wanted: string, { at }: Reader): number {
  return tokens.findIndex(
    ({ word }, index) => index >= at && word === wanted && isFree(tokens, index),
  );
}

function isFree(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.text !== '.';
}

function namesIn(tokens: readonly Token[]): readonly string[] {
  return splitAtCommas(tokens).flatMap(([token]) => (token ? nameOf(token) : []));
}

/** Stands behind `CREATE … name`. */
function afterName(tokens: readonly Token[]): Reader {
  const reader = readerOf(tokens);
  for (const word of ['CREATE', 'TEMP', 'TEMPORARY', 'VIRTUAL']) took(reader, word);
  take(reader);
  took(reader, 'IF', 'NOT', 'EXISTS');
  take(reader);
  if (tokens[reader.at]?.text === '.') reader.at += 2;
  return reader;
}

function partOf(
  type: string,
  table: string,
  name: string,
  of = 'table',
): Omit<SchemaObject, 'attributes'> {
  const owner = keyOf({ type: of, schema: null, table: null, name: table });
  return { type, schema: null, table, name, dependsOn: [owner] };
}
