import { expect, it } from 'vitest';
import { settledSql } from '../../../src/engines/postgres/schema/settled.ts';

it.for([
  [
    `((kind)::text = ANY ((ARRAY['a'::character varying, 'it''s, b]'::character varying])::text[]))`,
    `((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('it''s, b]'::character varying)::text]))`,
  ],
  [
    `(n = ANY ((ARRAY[f(1, 2), 3])::bigint[]))`,
    `(n = ANY (ARRAY[(f(1, 2))::bigint, (3)::bigint]))`,
  ],
  [`SELECT NULL::integer AS int4, 'x'::text AS text`, `SELECT NULL::integer, 'x'::text`],
  [`SELECT (1)::bigint AS int8, 'x'::app."Mood" AS "Mood"`, `SELECT (1)::bigint, 'x'::app."Mood"`],
] as const)('prints %s as what is read back', ([sql, settled]) => {
  expect(settledSql(sql)).toBe(settled);
  expect(settledSql(settled)).toBe(settled);
});

it.for([
  `SELECT '(ARRAY[''a''::character varying])::text[]'::text AS name`,
  `SELECT ' NULL::integer AS int4 '::text AS name, (x)::integer AS int4, "NULL::text AS text"`,
  `(ARRAY[1])::text || ARRAY[]::text[]`,
  `(ARRAY[ARRAY[1], ARRAY[2]])::bigint[]`,
  `SELECT NULL::integer AS int4x`,
])('leaves %s as it is', (sql) => {
  expect(settledSql(sql)).toBe(sql);
});
