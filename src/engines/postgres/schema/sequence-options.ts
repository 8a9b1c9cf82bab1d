import type { SchemaObject } from '../../schema.ts';
import { text } from './statements.ts';

/** What ALTER SEQUENCE calls the attributes of a sequence, in the order in which they are written. */
const clauses: readonly (readonly [attribute: string, words: string])[] = [
  ['dataType', 'AS'],
  ['start', 'START WITH'],
  ['increment', 'INCREMENT BY'],
  ['min', 'MINVALUE'],
  ['max', 'MAXVALUE'],
  ['cache', 'CACHE'],
];

/** `AS bigint`, `START WITH 1` … of a sequence; those named. */
export function sequenceClauses(
  object: SchemaObject,
  attributes: ReadonlySet<string> | null = null,
): string[] {
  const wanted = (name: string): boolean => attributes === null || attributes.has(name);
  return [
    ...clauses
      .filter(([name]) => wanted(name))
      .map(([name, words]) => `${words} ${text(object, name)}`),
    ...(wanted('cycle') ? [object.attributes['cycle'] === true ? 'CYCLE' : 'NO CYCLE'] : []),
  ];
}

/** The same as SQL over a row `s` of pg_sequence, without the type: an identity has its column's. */
export const identityClausesSql = `ARRAY['START WITH ' || s.seqstart, 'INCREMENT BY ' || s.seqincrement, 'MINVALUE ' || s.seqmin,
  'MAXVALUE ' || s.seqmax, 'CACHE ' || s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END]`;
