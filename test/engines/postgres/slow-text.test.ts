import { describe, expect, it } from 'vitest';
import { conditionsOf, sortColumn } from '../../../src/engines/postgres/slow/conditions.ts';
import {
  parametersOf,
  parameterTypes,
  readable,
} from '../../../src/engines/postgres/slow/parameters.ts';
import { shownText } from '../../../src/engines/postgres/slow/shown-text.ts';

describe('the parameters of a normalised statement', () => {
  it.each([
    ['select 1', []],
    ['select $2, $1, $2', ['unknown', 'unknown']],
    ['select $3', ['text', 'text', 'unknown']],
    ['select \'$9\', "$8", $$ $7 $$ /* $6 */ from t where a = $1 -- $5', ['unknown']],
  ])('%s', (sql, types) => {
    expect(parameterTypes(parametersOf(sql))).toEqual(types);
  });
});

it.each([
  ['select now() - interval $1', 'select now() - $1::interval'],
  ['select interval $1 day, DATE $2', 'select $1::interval day, $2::DATE'],
  ['select extract($1 from a.d) from a', 'select pg_catalog.extract($1 , a.d) from a'],
  ['select x::date $1', 'select x::date $1'],
  ['select date from t where a = $1', 'select date from t where a = $1'],
])('%s is made readable', (sql, expected) => {
  expect(readable(sql)).toBe(expected);
});

it.each([
  ["ALTER ROLE app PASSWORD 'geheim'", 'ALTER ROLE app PASSWORD ?'],
  [
    "create user u with password $pw$geheim$pw$ valid until 'x'",
    'create user u with password ? valid until ?',
  ],
  ['SET app.token = geheim', 'SET app.token = ?'],
  ['alter system set primary_conninfo to geheim', 'alter system set primary_conninfo to ?'],
  ["COPY t FROM PROGRAM 'curl geheim'", 'COPY t FROM PROGRAM ?'],
  ['select /* geheim */ 1 -- geheim', 'select ?'],
  ["select 'geheim", 'select ?…'],
  ['update t set a = b where c = $1', 'update t set a = b where c = $1'],
])('%s is shown without its values', (sql, expected) => {
  expect(shownText(sql)).toBe(expected);
  expect(shownText(sql)).not.toContain('geheim');
});

describe('the conditions of a filter', () => {
  it.each([
    ['(o.customer = $1)', [['customer', null, 'equal']]],
    [
      "((o.customer = $1) AND (o.status = 'open'::text) AND (o.created > $2))",
      [
        ['customer', null, 'equal'],
        ['status', null, 'equal'],
        ['created', null, 'range'],
      ],
    ],
    ['((o.email)::text = $1)', [['email', null, 'equal']]],
    ['(lower(o.email) = $1)', [['email', 'lower(email)', 'equal']]],
    ['(lower((o.email)::text) = $1)', [['email', 'lower((email)::text)', 'equal']]],
    ['(o."Odd ""Name" = ANY ($1))', [['Odd "Name', null, 'equal']]],
    ['(o.deleted IS NULL)', [['deleted', null, 'equal']]],
    ['((o.a = $1) OR (o.b = $2))', []],
    ['(o.a = p.b)', []],
    ['(o.a = o.b)', []],
    ['(o.a <> $1)', []],
    ['((o.id)::numeric = $1)', []],
    ['(p.customer = $1)', []],
    ['((o.amount * $1) > $2)', []],
  ])('%s', (filter, expected) => {
    const found = conditionsOf(filter, 'o').map((one) => [one.column, one.expression, one.kind]);
    expect(found).toEqual(expected);
  });

  it('reads a sort key with its direction', () => {
    expect(sortColumn('o.created DESC', 'o')).toEqual({ column: 'created', descending: true });
    expect(sortColumn('lower(o.a)', 'o')).toBeNull();
  });
});
