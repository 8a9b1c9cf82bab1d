import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parseDuration } from './duration.ts';
import { JemError } from './errors.ts';
import { nearMiss, didYouMean } from './near-miss.ts';
import { keyVariable, type SettingName, type SettingSpec, settingSpecs } from './setting-specs.ts';

export interface Setting {
  readonly value: string | null;
  /** `flag --x`, `environment X`, `.env X`, `file PATH`, `default`. */
  readonly from: string;
  /** The folder that a relative path in the value starts from. */
  readonly base: string;
}

export type RawSettings = Readonly<Record<SettingName, Setting>>;

/** The settings as the commands use them; times in milliseconds, folders absolute. */
export interface Settings {
  readonly raw: RawSettings;
  readonly directUrl: Setting;
  readonly migrations: string;
  readonly layout: string | null;
  readonly ledgerTable: string;
  readonly connectTimeout: number;
  readonly lockTimeout: number;
  readonly lockRetries: number;
  readonly runnerTimeout: number;
  readonly scratch: Setting;
  readonly postgresBin: string | null;
  readonly ignore: readonly string[];
  readonly backups: string;
  readonly s3Endpoint: string | null;
  readonly s3Region: string | null;
  /** Null: as the endpoint suggests. */
  readonly s3PathStyle: boolean | null;
  readonly backupKeyFile: string | null;
  readonly compress: string | null;
  /** Null: the machine's own. */
  readonly jobs: number | null;
  readonly retries: number;
  readonly onFailure: string | null;
  readonly onRecovery: string | null;
  readonly webhook: string | null;
  readonly skipChecks: readonly string[];
  /** Names of columns that say which tenant a row belongs to. */
  readonly tenantColumns: readonly string[];
  /** `ID=WARNING:CRITICAL` each. */
  readonly thresholds: readonly string[];
  readonly failOn: string;
  readonly rolePrefix: string;
  readonly roleSchemas: readonly string[];
  readonly roles: readonly string[];
  readonly withoutRoles: readonly string[];
  /** Variables that `.env` alone sets. */
  readonly dotenv: ReadonlySet<string>;
}

export interface SettingSources {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface LoadedSettings {
  readonly settings: Settings;
  /** The environment, filled up from `.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warnings: readonly { code: string; message: string }[];
}

const names = Object.keys(settingSpecs) as SettingName[];
const configFile = 'jem-db.json';

/**
 * Reads the settings: flag > `JEM_DB_*` > `DATABASE_URL` > `jem-db.json` > default, with `.env`
 * filling what the environment lacks. Throws `bad-setting`.
 */
export function loadSettings(sources: SettingSources): LoadedSettings {
  const dotenv = readDotenv(sources.cwd);
  const file = readConfigFile(sources.cwd);
  const raw = Object.fromEntries(
    names.map((name) => [name, pick(name, sources, dotenv, file)]),
  ) as Record<SettingName, Setting>;
  const env = { ...dotenv, ...sources.env };
  const own = Object.keys(dotenv).filter((name) => sources.env[name] === undefined);
  const settings = { ...interpret(raw), dotenv: new Set(own) };
  return { settings, env, warnings: unknownVariables(env) };
}

function pick(
  name: SettingName,
  { flags, env, cwd }: SettingSources,
  dotenv: Readonly<Record<string, string | undefined>>,
  file: ConfigFile | null,
): Setting {
  const { flag, fallback, env: variables } = settingSpecs[name] as SettingSpec;
  const given = flags[name];
  if (given !== undefined) return { value: given, from: `flag ${flag}`, base: cwd };
  for (const variable of variables) {
    if (env[variable]) return { value: env[variable], from: `environment ${variable}`, base: cwd };
    // A variable that is set, though empty, hides the line in .env as it does for every other tool.
    if (env[variable] === undefined && dotenv[variable])
      return { value: dotenv[variable], from: `.env ${variable}`, base: cwd };
  }
  const written = file?.values[name];
  if (file && written !== undefined)
    return { value: written, from: `file ${file.path}`, base: dirname(file.path) };
  return { value: fallback, from: 'default', base: cwd };
}

function readDotenv(cwd: string): Record<string, string | undefined> {
  const text = readIfThere(join(cwd, '.env'));
  return text === null ? {} : parseEnv(text);
}

interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Partial<Record<SettingName, string>>>;
}

function readConfigFile(cwd: string): ConfigFile | null {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, configFile);
    const text = readIfThere(path);
    if (text !== null) return { path, values: parseConfigFile(path, text) };
    if (dirname(folder) === folder) return null;
  }
}

function parseConfigFile(path: string, text: string): ConfigFile['values'] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new JemError('bad-setting', `${path} is not valid JSON`, {
      // The parser's message quotes the text, which may hold a password.
      hint: 'Check its commas and quotes; it is one object of settings.',
      cause: error,
    });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new JemError('bad-setting', `${path} must hold one JSON object of settings`);
  const values: Partial<Record<SettingName, string>> = {};
  for (const [key, value] of Object.entries(content)) {
    if (key === '$schema') continue;
    if (!isSettingName(key))
      throw new JemError('bad-setting', `${path}: there is no setting "${key}"`, {
        hint: `The settings are ${names.join(', ')}.${didYouMean(key, names)}`,
      });
    values[key] = textOf(value, key, path);
  }
  return values;
}

/** A list may be written as one. */
function textOf(value: unknown, key: SettingName, path: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const { kind } = settingSpecs[key];
  if (kind === 'thresholds' && typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([id, bounds]) => thresholdText(id, bounds, path))
      .join(',');
  const isList = kind === 'list';
  if (isList && Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.join(',');
  const kinds = isList ? 'a text or a list of texts' : 'a text or a number';
  throw new JemError('bad-setting', `${path}: "${key}" must be ${kinds}`);
}

/** `{"connections": {"warning": 70, "critical": 85}}`, or `"70:85"`, as the option has it. */
function thresholdText(id: string, bounds: unknown, path: string): string {
  const text = (one: unknown): one is string | number | undefined =>
    one === undefined || typeof one === 'string' || typeof one === 'number';
  if (typeof bounds === 'string') return `${id}=${bounds}`;
  if (typeof bounds === 'object' && bounds !== null) {
    const { warning, critical, ...others } = bounds as Readonly<Record<string, unknown>>;
    if (text(warning) && text(critical) && Object.keys(others).length === 0)
      return `${id}=${warning ?? ''}:${critical ?? ''}`;
  }
  throw new JemError('bad-setting', `${path}: the thresholds of "${id}" cannot be read`, {
    hint: 'Write {"warning": 70, "critical": 85}, with one or both of them.',
  });
}

function listOf({ value }: Setting): string[] {
  return (value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(settingSpecs, text);
}

/** Files that are not there, or are folders (`.env` often is one), count as absent. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return null;
    throw new JemError('file-unreadable', `Cannot read ${path} (${code})`, {
      hint: 'Check who owns the file and its mode.',
      cause: error,
    });
  }
}

function interpret(raw: RawSettings): Omit<Settings, 'dotenv'> {
  return {
    raw,
    directUrl: raw.directUrl,
    migrations: resolve(raw.migrations.base, named(raw, 'migrations')),
    layout: raw.layout.value,
    ledgerTable: named(raw, 'ledgerTable'),
    connectTimeout: durationOf(raw, 'connectTimeout'),
    lockTimeout: durationOf(raw, 'lockTimeout'),
    lockRetries: numberOf(raw, 'lockRetries'),
    runnerTimeout: durationOf(raw, 'runnerTimeout'),
    scratch: raw.scratch,
    postgresBin: pathOf(raw.postgresBin),
    ignore: listOf(raw.ignore),
    backups: placeOf(raw, 'backups'),
    s3Endpoint: raw.s3Endpoint.value,
    s3Region: raw.s3Region.value,
    s3PathStyle: choiceOf(raw, 's3PathStyle'),
    backupKeyFile: pathOf(raw.backupKeyFile),
    compress: raw.compress.value,
    jobs: raw.jobs.value === null ? null : numberOf(raw, 'jobs', 1),
    retries: numberOf(raw, 'retries'),
    onFailure: raw.onFailure.value,
    onRecovery: raw.onRecovery.value,
    webhook: raw.webhook.value,
    skipChecks: listOf(raw.skipChecks),
    tenantColumns: listOf(raw.tenantColumns),
    thresholds: listOf(raw.thresholds),
    failOn: named(raw, 'failOn'),
    rolePrefix: named(raw, 'rolePrefix'),
    roleSchemas: listOf(raw.roleSchemas),
    roles: listOf(raw.roles),
    withoutRoles: listOf(raw.withoutRoles),
  };
}

/** A URL is for the repository to understand, or to refuse. */
function placeOf(raw: RawSettings, name: 'backups'): string {
  const place = named(raw, name);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(place) ? place : resolve(raw[name].base, place);
}

function pathOf({ value, base }: Setting): string | null {
  return value && resolve(base, value);
}

function named(raw: RawSettings, name: SettingName): string {
  const { value, from } = raw[name];
  if (value) return value;
  throw new JemError('bad-setting', `${name} is empty (from ${from})`, {
    hint: 'Name one, or leave the setting out.',
  });
}

function durationOf(raw: RawSettings, name: SettingName): number {
  const { value, from } = raw[name];
  const ms = parseDuration(value ?? '');
  if (ms !== null && ms > 0) return ms;
  throw new JemError('bad-setting', `"${value}" is not a time (${name}, from ${from})`, {
    hint: 'Write a number and a unit: 500ms, 5s, 2min, 1h.',
  });
}

function choiceOf(raw: RawSettings, name: SettingName): boolean | null {
  const { value, from } = raw[name];
  if (value === null) return null;
  if (/^(yes|true|1)$/i.test(value)) return true;
  if (/^(no|false|0)$/i.test(value)) return false;
  throw new JemError('bad-setting', `"${value}" is neither yes nor no (${name}, from ${from})`, {
    hint: 'Write yes or no, or leave the setting out.',
  });
}

function numberOf(raw: RawSettings, name: SettingName, least = 0): number {
  const { value, from } = raw[name];
  if (value !== null && /^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
  const range = least > 0 ? ` from ${least}` : '';
  throw new JemError(
    'bad-setting',
    `"${value}" is not a whole number${range} (${name}, from ${from})`,
  );
}

function unknownVariables(
  env: Readonly<Record<string, string | undefined>>,
): { code: string; message: string }[] {
  const known = [
    ...names.flatMap((name) => settingSpecs[name].env as readonly string[]),
    keyVariable,
  ];
  return Object.keys(env)
    .filter((variable) => variable.startsWith('JEM_DB_') && !known.includes(variable))
    .filter((variable) => !variable.startsWith('JEM_DB_TEST_'))
    .map((variable) => {
      const meant = nearMiss(variable, known);
      return {
        code: 'unknown-variable',
        message: `${variable} is no setting of jem-db${meant ? `; did you mean ${meant}?` : ''}`,
      };
    });
}
