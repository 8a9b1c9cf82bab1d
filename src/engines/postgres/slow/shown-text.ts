import { withoutLiterals } from '../../../sql/excerpt.ts';
import { postgresDialect } from '../dialect.ts';

/** `SET name = word`: the word is a value too, which no quote tells. */
const settingValue = /\b(SET\s+(?:(?:SESSION|LOCAL)\s+)?[\w."]+\s*(?:=|\bTO\b)\s*).+/is;
const setsSomething =
  /^(SET|ALTER\s+(ROLE|USER|GROUP|DATABASE|SYSTEM|FUNCTION|PROCEDURE|ROUTINE))\b/i;

/**
 * A statement of the server's lists without any value: literals stand as `?`, what a setting is set
 * to as well. pg_stat_statements keeps the literals of utility statements, passwords among them.
 */
export function shownText(sql: string): string {
  const text = withoutLiterals(sql, postgresDialect);
  return setsSomething.test(text) ? text.replace(settingValue, '$1?') : text;
}
