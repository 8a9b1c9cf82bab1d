import type { SettingOverride } from '../../tuning.ts';
import type { PostgresSession } from '../session.ts';
import { bytesOfText, bytesPerUnit, memoryText } from './units.ts';

/** A setting as `pg_settings` shows it to this session. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly unit: string | null;
  readonly context: string;
  readonly source: string;
  readonly pendingRestart: boolean;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly choices: readonly string[] | null;
  /** What the server's files say last; null: nothing, or this role may not see it. */
  readonly inFiles: string | null;
}

export interface ServerSettings {
  readonly byName: ReadonlyMap<string, Setting>;
  readonly overrides: readonly SettingOverride[];
  readonly major: number;
  readonly linux: boolean;
  readonly standby: boolean;
  /** Libraries of `pg_available_extensions` are here; of use for what is preloaded. */
  readonly statementsInstalled: boolean;
  /** What keeps this role from ALTER SYSTEM; null: nothing that could be seen. */
  readonly whyNot: string | null;
}

const settingsSql = `
SELECT name, setting AS value, unit, context, source, pending_restart AS "pendingRestart",
  min_val AS minimum, max_val AS maximum, array_to_json(enumvals)::text AS choices
FROM pg_settings`;

const filesSql = `
SELECT DISTINCT ON (name) name, setting FROM pg_file_settings
WHERE name IS NOT NULL ORDER BY name, seqno DESC`;

const overridesSql = `
SELECT d.datname AS database, r.rolname AS role, unnest(s.setconfig) AS pair
FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase
  LEFT JOIN pg_roles r ON r.oid = s.setrole
ORDER BY 1 NULLS FIRST, 2 NULLS FIRST, 3`;

const factsSql = `
SELECT current_setting('server_version_num')::int / 10000 AS major, version() ~* 'linux' AS linux,
  pg_is_in_recovery() AS standby,
  current_setting('is_superuser') = 'on' AS superuser,
  coalesce(current_setting('allow_alter_system', true), 'on') = 'on' AS allowed,
  has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'execute')
    AND has_table_privilege('pg_catalog.pg_file_settings', 'select') AS files,
  EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements') AS statements,
  (SELECT rolname::text FROM pg_roles WHERE rolname IN
    ('rdsadmin', 'cloudsqladmin', 'azure_pg_admin', 'alloydbsuperuser', 'neon_superuser', 'avnadmin', 'doadmin')
    ORDER BY 1 LIMIT 1) AS manager,
  (SELECT json_agg(name)::text FROM pg_settings WHERE current_setting('server_version_num')::int >= 150000
    AND has_parameter_privilege(name, 'ALTER SYSTEM')) AS granted`;

/** Roles that only a provider makes, and how its customers change settings. */
const managers: Readonly<Record<string, string>> = {
  rdsadmin: 'Amazon RDS: change them in the DB parameter group',
  cloudsqladmin: 'Cloud SQL: change them as database flags of the instance',
  azure_pg_admin: 'Azure Database for PostgreSQL: change them as server parameters',
  alloydbsuperuser: 'AlloyDB: change them as database flags of the instance',
  neon_superuser: 'Neon: it sizes the settings by the compute',
  avnadmin: "Aiven: change them in the service's advanced configuration",
  doadmin: 'DigitalOcean: change them through its API for database configuration',
};

/** Reads all that the advice depends on; what this role may not see is left out of it. */
export async function readSettings(session: PostgresSession): Promise<ServerSettings> {
  const [facts] = await session.query(factsFor(session));
  const files = facts?.['files'] === true ? await session.query(filesSql) : [];
  const inFiles = new Map(files.map((row) => [String(row['name']), textOf(row['setting'])]));
  const rows = await session.query(settingsSql);
  const settings = rows.map((row): Setting => settingOf(row, inFiles));
  return {
    byName: new Map(settings.map((one) => [one.name, one])),
    overrides: (await session.query(overridesSql)).flatMap(overrideOf),
    major: Number(facts?.['major']),
    linux: facts?.['linux'] === true,
    standby: facts?.['standby'] === true,
    statementsInstalled: facts?.['statements'] === true,
    whyNot: obstacle(facts ?? {}),
  };
}

/** `has_parameter_privilege` came with PostgreSQL 15, and is looked up before anything runs. */
function factsFor({ serverVersion }: PostgresSession): string {
  return Number.parseInt(serverVersion, 10) >= 15
    ? factsSql
    : factsSql.replace(/,\n {2}\(SELECT json_agg[\s\S]*$/, '');
}

function obstacle(facts: Readonly<Record<string, unknown>>): string | null {
  const manager = textOf(facts['manager']);
  if (manager !== null && managers[manager] !== undefined)
    return `ALTER SYSTEM is refused on ${managers[manager]}.`;
  if (facts['allowed'] === false)
    return 'allow_alter_system is off on this server: put the lines (--format conf) where its configuration is kept.';
  if (facts['superuser'] === true || textOf(facts['granted']) !== null) return null;
  return 'This role may not ALTER SYSTEM: run the statements as a superuser.';
}

function settingOf(
  row: Readonly<Record<string, unknown>>,
  inFiles: ReadonlyMap<string, string | null>,
): Setting {
  const choices = textOf(row['choices']);
  return {
    name: String(row['name']),
    value: textOf(row['value']) ?? '',
    unit: textOf(row['unit']),
    context: String(row['context']),
    source: String(row['source']),
    pendingRestart: row['pendingRestart'] === true,
    minimum: numberOf(row['minimum']),
    maximum: numberOf(row['maximum']),
    choices: choices === null ? null : (JSON.parse(choices) as string[]),
    inFiles: inFiles.get(String(row['name'])) ?? null,
  };
}

function overrideOf(row: Readonly<Record<string, unknown>>): SettingOverride[] {
  const [, setting, value] = /^([^=]+)=(.*)$/s.exec(String(row['pair'])) ?? [];
  if (setting === undefined || value === undefined) return [];
  const database = textOf(row['database']);
  const role = textOf(row['role']);
  const where = database === null ? 'every database' : `database ${database}`;
  const of = role === null ? where : `role ${role}${database === null ? '' : ` in ${where}`}`;
  return [{ setting, value, of }];
}

/** Bytes of a setting of memory, a plain number of any other; null: it is a word. */
export function numeric({ value, unit }: Pick<Setting, 'value' | 'unit'>): number | null {
  if (bytesPerUnit(unit) !== null) return bytesOfText(value, unit);
  return numberOf(value);
}

/** As people write it: `128MB`, `100`, `on`. */
export function shown(setting: Pick<Setting, 'value' | 'unit'>): string {
  const bytes = bytesPerUnit(setting.unit) === null ? null : numeric(setting);
  return bytes === null ? setting.value : memoryText(bytes);
}

function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
