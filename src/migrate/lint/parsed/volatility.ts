import type { Node } from 'libpg-query';
import type { Model } from './model.ts';
import { within, words } from './tree.ts';

/** Functions that give another value for every row: PostgreSQL must write each row anew. */
const volatile = new Set([
  ...['random', 'random_normal', 'setseed', 'clock_timestamp', 'timeofday', 'nextval', 'currval'],
  ...['lastval', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'gen_random_bytes', 'gen_salt'],
  ...['uuid_generate_v1', 'uuid_generate_v1mc', 'uuid_generate_v4', 'pg_sleep', 'txid_current'],
]);

/** Functions of PostgreSQL that defaults are often made of and that are computed once. */
const steady = new Set([
  ...['now', 'transaction_timestamp', 'statement_timestamp', 'timezone', 'date_trunc', 'date_part'],
  ...['extract', 'age', 'make_date', 'make_time', 'make_timestamp', 'make_timestamptz'],
  ...['make_interval', 'to_timestamp', 'to_date', 'to_char', 'to_number', 'justify_days'],
  ...['current_setting', 'current_schema', 'current_database', 'session_user', 'pg_get_userbyid'],
  ...['lower', 'upper', 'initcap', 'concat', 'concat_ws', 'format', 'length', 'left', 'right'],
  ...['repeat', 'replace', 'substring', 'substr', 'btrim', 'ltrim', 'rtrim', 'lpad', 'rpad'],
  ...['md5', 'sha256', 'encode', 'decode', 'convert_to', 'convert_from', 'round', 'floor', 'ceil'],
  ...['abs', 'mod', 'power', 'array_fill', 'array_append', 'string_to_array', 'to_json'],
  ...['to_jsonb', 'json_build_object', 'json_build_array', 'jsonb_build_object'],
  ...['jsonb_build_array', 'json_object', 'jsonb_object', 'to_tsvector', 'to_tsquery'],
  ...['int4range', 'int8range', 'numrange', 'tsrange', 'tstzrange', 'daterange', 'uuid_nil'],
]);

/** The first function in an expression that may give another value for every row. */
export function changingCall(
  expression: Node | undefined,
  model: Model,
): { readonly name: string; readonly sure: boolean } | null {
  const names = within(expression, 'FuncCall').map(({ funcname }) => words(funcname).at(-1) ?? '');
  const surely = names.find(
    (name) => model.functions.get(name) === 'volatile' || volatile.has(name),
  );
  if (surely !== undefined) return { name: surely, sure: true };
  const unknown = names.find((name) => !model.functions.has(name) && !steady.has(name));
  return unknown === undefined ? null : { name: unknown, sure: false };
}
