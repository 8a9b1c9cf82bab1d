/** Settings that decide what a script of DDL makes, or whether it runs; in lower case. */
export const ddlSettings: readonly string[] = [
  'array_nulls',
  'backslash_quote',
  'bytea_output',
  'check_function_bodies',
  'createrole_self_grant',
  'datestyle',
  'default_table_access_method',
  'default_text_search_config',
  'default_toast_compression',
  'intervalstyle',
  'plpgsql.extra_errors',
  'plpgsql.variable_conflict',
  'role',
  'row_security',
  'search_path',
  'standard_conforming_strings',
  'transform_null_equals',
  'xmlbinary',
  'xmloption',
];

/** The two halves of `name=value` where the setting bears on DDL, else null. */
export function ddlSetting(text: string): readonly [name: string, value: string] | null {
  const at = text.indexOf('=');
  const name = text.slice(0, at).toLowerCase();
  return ddlSettings.includes(name) ? [name, text.slice(at + 1)] : null;
}
