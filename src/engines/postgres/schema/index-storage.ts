import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { entriesOf, entriesWithout, namesWithout } from './entries.ts';
import { setOptions } from './options.ts';
import { flag, list, qualified, setComment, text } from './statements.ts';

/** SQL for the statistics targets of an index's expressions, by number; `x` is its row of pg_index. */
export const statisticsSql = `CASE WHEN x.indexprs IS NULL THEN ARRAY[]::pg_catalog.text[] ELSE ARRAY(
  SELECT a.attnum || ': ' || a.attstattarget FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = x.indexrelid AND a.attstattarget >= 0 ORDER BY a.attnum) END`;

/** SQL for the name of a tablespace; NULL for the database's own. */
export function tablespaceSql(oid: string): string {
  return `CASE WHEN ${oid} <> 0 THEN (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = ${oid}) END`;
}

/** An index as it is when it is new: with what CREATE can say of its storage, and no more. */
export function storedIndex({ attributes, ...object }: SchemaObject): SchemaObject {
  const { options = [], tablespace = null } = attributes;
  const none = { valid: true, statistics: [], comment: null };
  return { ...object, attributes: { ...none, options, tablespace } };
}

/**
 * Statements that lead from `options`, `tablespace`, `statistics`, `comment` and `valid` of one
 * index to those of another of its name.
 */
export function alterIndexStorage(expected: SchemaObject, actual: SchemaObject): string[] {
  const name = qualified(expected);
  const [space, comment] = [text(expected, 'tablespace'), text(expected, 'comment')];
  return [
    ...(flag(expected, 'valid') && !flag(actual, 'valid') ? [`REINDEX INDEX ${name}`] : []),
    ...setOptions('INDEX', expected, actual),
    ...(space === text(actual, 'tablespace')
      ? []
      : [`ALTER INDEX ${name} SET TABLESPACE ${identifier(space ?? 'pg_default')}`]),
    ...setStatistics(expected, actual),
    ...(comment === text(actual, 'comment') ? [] : [setComment({ word: 'INDEX', name }, comment)]),
  ];
}

function setStatistics(expected: SchemaObject, actual: SchemaObject): string[] {
  const from = entriesOf(list(actual, 'statistics'));
  const to = entriesOf(list(expected, 'statistics'));
  const alter = `ALTER INDEX ${qualified(expected)} ALTER COLUMN`;
  return [
    ...namesWithout(from, to).map((column) => `${alter} ${column} SET STATISTICS -1`),
    ...entriesWithout(to, from).map(
      ({ name, value }) => `${alter} ${name} SET STATISTICS ${value}`,
    ),
  ];
}
