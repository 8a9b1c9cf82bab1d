import { dirname, resolve } from 'node:path';
import type { Elsewhere, Job } from '../backup/schedule/job.ts';
import type { Target } from '../engines/engine.ts';
import { withoutSecrets } from '../secrets.ts';
import { keyVariable, type SettingName, type SettingSpec, settingSpecs } from '../setting-specs.ts';
import type { Setting } from '../settings.ts';
import type { Context } from './context.ts';

/** Settings that a scheduled backup depends on, besides the database's own name. */
const carried = [
  ...['ledgerTable', 'connectTimeout', 'backups', 'backupKeyFile', 'compress', 'jobs'],
  ...['postgresBin', 'scratch', 'retries', 'onFailure', 'onRecovery', 'webhook'],
] as const satisfies readonly string[];

/** Where backups lie in a container. */
const backupsThere = '/backups';

/**
 * What a scheduler must set on this machine: what flags and the environment say now. What stands
 * in files is found again from the working folder.
 */
export function hereOf(context: Context, target: Target): Pick<Job, 'environment' | 'secrets'> {
  const { settings, environment: surroundings } = context;
  const environment: Record<string, string> = {};
  const secrets: string[] = [];
  const names = ['database', 'databaseFile', 'directUrl', ...carried] as SettingName[];
  for (const name of names) {
    const setting = settings.raw[name];
    if (setting.value === null || !/^(flag|environment)/.test(setting.from)) continue;
    const variable = variableOf(name);
    if (isSecret(name, setting, target)) secrets.push(variable);
    else environment[variable] = valueOf(name, setting);
  }
  for (const [variable, value] of outside(context)) {
    if (settings.dotenv.has(variable)) continue;
    if (variable === keyVariable || variable.endsWith('PASSWORD')) secrets.push(variable);
    else environment[variable] = value;
  }
  const path = pathOf(surroundings.env['PATH'] ?? '');
  if (target.understood['file'] === undefined && path !== '') environment['PATH'] = path;
  return { environment, secrets };
}

/** What a container must be given: nothing of this machine's files is there. */
export function elsewhereOf(context: Context, target: Target): Omit<Elsewhere, 'image'> {
  const { settings } = context;
  const file = target.understood['file'];
  const environment: Record<string, string> = { [variableOf('backups')]: backupsThere };
  const secrets: string[] = [];
  const volumes = [{ name: 'backups', folder: backupsThere }];
  if (typeof file === 'string') {
    environment[variableOf('database')] = file;
    volumes.push({ name: 'data', folder: dirname(file) });
  } else secrets.push(variableOf(settings.directUrl.value === null ? 'database' : 'directUrl'));
  if (settings.backupKeyFile !== null || context.environment.env[keyVariable])
    secrets.push(keyVariable);
  if (settings.webhook !== null) secrets.push(variableOf('webhook'));
  const elsewhere = carried.filter(
    (name) => !['backups', 'backupKeyFile', 'postgresBin', 'webhook'].includes(name),
  ) as SettingName[];
  for (const name of elsewhere) {
    const setting = settings.raw[name];
    if (setting.value === null || setting.from === 'default') continue;
    if (isSecret(name, setting, target)) secrets.push(variableOf(name));
    else environment[variableOf(name)] = valueOf(name, setting);
  }
  return { environment, secrets, volumes };
}

/** Variables that a server's own tools read, and the key of the backups. */
function outside({ environment }: Context): [string, string][] {
  return Object.entries(environment.env).flatMap(([name, value]) =>
    value && (/^PG[A-Z]+$/.test(name) || name === keyVariable) ? [[name, value]] : [],
  );
}

/** A webhook's URL is one as a whole; a database's is one where a password is part of it. */
function isSecret(name: SettingName, { value }: Setting, target: Target): boolean {
  if (name === 'webhook') return true;
  const text = value ?? '';
  const isDatabase = name === 'database' || name === 'directUrl';
  return (
    withoutSecrets(text) !== text || (isDatabase && target.understood['passwordFrom'] === 'url')
  );
}

function variableOf(name: SettingName): string {
  return settingSpecs[name].env[0];
}

function valueOf(name: SettingName, { value, base }: Setting): string {
  const { kind } = settingSpecs[name] as SettingSpec;
  const isPath = kind === 'folder' || name === 'databaseFile';
  return isPath ? resolve(base, value ?? '') : (value ?? '');
}

/** Without the folders that npm and npx put before it for the time of one run. */
function pathOf(path: string): string {
  const folders = path.split(':').filter((each) => each.startsWith('/'));
  return [...new Set(folders)].filter((each) => !/node_modules|node-gyp-bin/.test(each)).join(':');
}
