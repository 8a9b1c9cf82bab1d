import type { SchemaObject } from '../../schema.ts';
import type { ColumnText } from './column-text.ts';
import { collation, printedOfTable, type TableScope } from './print.ts';
import { nameOf, type Token } from './tokens.ts';

/** `implied`: its primary key keeps it from being null, said or not. */
export function columnObject(
  column: ColumnText,
  scope: TableScope,
  implied: boolean,
  dependsOn: readonly string[],
): SchemaObject {
  const { notNull, generated } = column;
  return {
    type: 'column',
    schema: null,
    table: scope.table,
    name: column.name,
    dependsOn,
    attributes: {
      type: column.type,
      notNull: notNull !== null || implied,
      notNullName: notNull?.name ?? null,
      notNullConflict: notNull?.conflict ?? null,
      default: column.default && defaultText(column.default, scope),
      collation: collationOf(column),
      generated: generated && (generated.stored ? 'stored' : 'virtual'),
      expression: generated && printedOfTable(generated.expression, scope),
    },
  };
}

/** Null is BINARY, which a column has unasked. */
export function collationOf(column: ColumnText): string | null {
  const name = column.collation === null ? null : collation(column.collation);
  return name === 'BINARY' ? null : name;
}

/** Null where it is NULL. A bare name is a string to SQLite here. */
function defaultText(tokens: readonly Token[], scope: TableScope): string | null {
  const bare = withoutParentheses(tokens);
  const [first] = bare;
  if (!first) return null;
  const literal = isLiteral(bare);
  if (literal && first.word === 'NULL') return null;
  if (literal && (first.kind === 'word' || first.kind === 'name') && !keyword.test(first.word))
    return `'${nameOf(first).replaceAll("'", "''")}'`;
  const text = printedOfTable(bare, scope);
  return literal ? text : `(${text})`;
}

const keyword = /^(NULL|TRUE|FALSE|CURRENT_DATE|CURRENT_TIME|CURRENT_TIMESTAMP)$/;

function isLiteral(tokens: readonly Token[]): boolean {
  const value = /^[-+]$/.test(tokens[0]?.text ?? '') ? tokens.slice(1) : tokens;
  return value.length === 1;
}

function withoutParentheses(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  while (inner[0]?.kind === 'open' && closesAtEnd(inner)) inner = inner.slice(1, -1);
  return inner;
}

/** Whether the first parenthesis is closed by the last token. */
function closesAtEnd(tokens: readonly Token[]): boolean {
  let depth = 0;
  for (const [at, { kind }] of tokens.entries()) {
    if (kind === 'open') depth++;
    if (kind === 'close' && --depth === 0) return at === tokens.length - 1;
  }
  return false;
}
