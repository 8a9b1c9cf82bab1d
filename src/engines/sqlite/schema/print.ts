import { folded, identifier, isKeyword, isPlain } from './keywords.ts';
import { isName, nameOf, type Token } from './tokens.ts';

/** How the names of a piece of SQL are written. */
interface Style {
  /** A name of a column, table or alias, at its place in the text. */
  name(token: Token, before: Token | undefined, after: Token | undefined): string;
}

/**
 * Writes tokens in one way: keywords in upper case, names as the style has them, one space
 * between what needs any. Two texts that SQLite reads as the same come out the same.
 */
export function printed(tokens: readonly Token[], style: Style): string {
  let text = '';
  let last: Word | null = null;
  const casts = castTypes(tokens);
  for (let at = 0; at < tokens.length; at++) {
    const word = wordOf(tokens, at, casts, style, last);
    text += gap(last, word.token) + word.text;
    last = word;
  }
  return text;
}

interface Word {
  readonly token: Token;
  readonly text: string;
  /** Something that an operator can stand behind. */
  readonly operand: boolean;
  readonly call: boolean;
  readonly unary: boolean;
}

function wordOf(
  tokens: readonly Token[],
  at: number,
  casts: ReadonlySet<Token>,
  style: Style,
  last: Word | null,
): Word {
  const token = tokens[at] as Token;
  const [before, after] = [tokens[at - 1], tokens[at + 1]];
  const is = (text: string, operand = true, call = false): Word => ({
    token,
    text,
    operand,
    call,
    unary: false,
  });
  if (token.kind !== 'word' && token.kind !== 'name')
    return {
      token,
      text: token.text,
      operand: isOperand(token),
      call: false,
      unary: isUnary(token, last, after),
    };
  if (casts.has(token)) return is(token.text.toUpperCase());
  if (before?.word === 'COLLATE') return is(collation(nameOf(token)));
  const qualified = before?.text === '.' || after?.text === '.';
  const aliased = before?.word === 'AS' && !/^(NOT|MATERIALIZED)$/.test(token.word);
  if (isKeyword(token.word) && !qualified && !aliased)
    return is(token.word, literals.has(token.word));
  if (after?.kind === 'open' && !aliased) return is(called(token), false, true);
  return is(style.name(token, before, after));
}

function called(token: Token): string {
  const name = folded(nameOf(token));
  return token.kind === 'word' ? name : identifier(name);
}

const literals: ReadonlySet<string> = new Set([
  ...['NULL', 'TRUE', 'FALSE', 'CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'END'],
]);

function isOperand({ kind }: Token): boolean {
  return kind === 'string' || kind === 'number' || kind === 'close';
}

/** A collation's name, as far as it can be without quotes. */
export function collation(name: string): string {
  return isPlain(name) ? name.toUpperCase() : identifier(name);
}

const none: ReadonlySet<Token> = new Set();

/** The words of the types in `CAST (… AS type)`. */
function castTypes(tokens: readonly Token[]): ReadonlySet<Token> {
  if (!tokens.some(({ word }) => word === 'CAST')) return none;
  const types = new Set<Token>();
  const depths: ('cast' | 'type' | 'other')[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind === 'open') depths.push(tokens[at - 1]?.word === 'CAST' ? 'cast' : 'other');
    else if (token.kind === 'close') depths.pop();
    else if (depths.at(-1) === 'cast' && token.word === 'AS') depths[depths.length - 1] = 'type';
    else if (depths.at(-1) === 'type' && isName(token)) types.add(token);
  }
  return types;
}

/** `-1` and `~a`, where two signs do not become a comment. */
function isUnary(token: Token, last: Word | null, next: Token | undefined): boolean {
  if (token.kind !== 'sign' || !/^[-+~]$/.test(token.text) || next?.kind === 'sign') return false;
  return last === null || !last.operand;
}

function gap(last: Word | null, { kind, text }: Token): string {
  if (last === null) return '';
  if (last.token.kind === 'semicolon') return '\n';
  if (last.unary || last.token.kind === 'open' || last.token.text === '.') return '';
  if (kind === 'close' || kind === 'semicolon' || text === ',' || text === '.') return '';
  return kind === 'open' && last.call ? '' : ' ';
}

/**
 * Inside a view or a trigger every name stands in double quotes, but those in front of a
 * parenthesis: a rename leaves quotes, and without looking the names up nobody can tell a quoted
 * name from a string in double quotes, which must keep them.
 */
export const inQuotes: Style = {
  name: (token, _before, after) =>
    after?.text === '.' && /^(NEW|OLD|EXCLUDED)$/.test(token.word)
      ? token.text.toLowerCase()
      : `"${nameOf(token).replaceAll('"', '""')}"`,
};

/** The columns that an expression of a table can name, by their folded names. */
export interface TableScope {
  readonly table: string;
  readonly columns: ReadonlyMap<string, string>;
}

/** In a table's own expressions names are its columns; anything else in double quotes is a string. */
function ofTable({ columns }: TableScope): Style {
  return {
    name(token) {
      const name = nameOf(token);
      const fold = folded(name);
      const column = columns.get(fold);
      if (column !== undefined) return identifier(column);
      if (/^(rowid|oid|_rowid_)$/.test(fold)) return fold;
      return token.text.startsWith('"') ? `'${name.replaceAll("'", "''")}'` : identifier(name);
    },
  };
}

/** An expression of a table, without the table's own name before its columns. */
export function printedOfTable(tokens: readonly Token[], scope: TableScope): string {
  if (!tokens.some(({ text }) => text === '.')) return printed(tokens, ofTable(scope));
  const own = tokens.filter(
    (_, at) => !(isOwnName(tokens, at, scope) || (at > 0 && isOwnName(tokens, at - 1, scope))),
  );
  return printed(own, ofTable(scope));
}

function isOwnName(tokens: readonly Token[], at: number, { table }: TableScope): boolean {
  const token = tokens[at];
  return (
    token !== undefined &&
    tokens[at + 1]?.text === '.' &&
    tokens[at - 1]?.text !== '.' &&
    isName(token) &&
    folded(nameOf(token)) === folded(table)
  );
}
