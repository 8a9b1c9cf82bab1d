import { identifier, literal } from '../quoting.ts';
import { copyGrants } from '../scratch/roles.ts';
import type { LiveSetting } from '../scratch/live.ts';
import type { DatabaseTraits } from './existing.ts';

/** Settings whose value the catalog keeps as a list of quoted names (pg_dump, dumputils.c). */
const lists: ReadonlySet<string> = new Set([
  ...['local_preload_libraries', 'search_path', 'session_preload_libraries'],
  ...['shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories'],
]);

/** SQL that gives a database the rights, words and limits of another. */
export function traitsSql(
  name: string,
  { grants, comment, connectionLimit }: DatabaseTraits,
): readonly string[] {
  const database = `DATABASE ${identifier(name)}`;
  return [
    ...copyGrants(database, grants),
    ...(comment === null ? [] : [`COMMENT ON ${database} IS ${literal(comment)}`]),
    ...(connectionLimit === -1 ? [] : [`ALTER ${database} CONNECTION LIMIT ${connectionLimit}`]),
  ];
}

/** SQL for the settings of a database, one statement each. */
export function settingsSql(name: string, settings: readonly LiveSetting[]): readonly string[] {
  return settings.flatMap(({ role, settings: texts }) => {
    const whose = role === null ? '' : `ROLE ${identifier(role)} IN `;
    return texts.map((text) => {
      const at = text.indexOf('=');
      const [setting, value] = [text.slice(0, at), text.slice(at + 1)];
      return `ALTER ${whose}DATABASE ${identifier(name)} SET ${identifier(setting)} = ${valueSql(setting, value)}`;
    });
  });
}

function valueSql(setting: string, value: string): string {
  if (!lists.has(setting.toLowerCase())) return literal(value);
  const parts = [...value.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)];
  const names = parts.map(([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole);
  return names.length === 0 ? literal('') : names.map(literal).join(', ');
}
