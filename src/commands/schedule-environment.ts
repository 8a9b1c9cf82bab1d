import { dirname, resolve } from 'node:path';
import type { Elsewhere, Job } from '../backup/schedule/job.ts';
import type { Target } from '../engines/engine.ts';
import { withoutSecrets } from '../secrets.ts';
import { keyVariable, type SettingName, type SettingSpec, settingSpecs } from '../setting-specs.ts';
import type { Setting } from '../settings.ts';
import type { Context } from './context.ts';
import { isInBucket } from './repository.ts';

/** Settings that a scheduled backup depends on, besides the database's own name. */
const carried = [
  ...['s3Endpoint', 's3Region', 's3PathStyle'],
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
    if (isSecretVariable(variable)) secrets.push(variable);
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
  const inBucket = isInBucket(settings.backups);
  const place = inBucket ? settings.backups : backupsThere;
  const environment: Record<string, string> = { [variableOf('backups')]: place };
  // Without keys of one's own, the pod's own role is what it signs in with.
  const secrets = inBucket ? storeKeys.filter((name) => context.environment.env[name]) : [];
  const volumes = inBucket ? [] : [{ name: 'backups', folder: backupsThere }];
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

/** What tells a store who asks, where the environment itself holds it. */
const storeKeys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** What tells where credentials of a store are; others are settings, or of one run alone. */
const storeVariables =
  /^AWS_(PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|ROLE_ARN|ROLE_SESSION_NAME|WEB_IDENTITY_TOKEN_FILE|ENDPOINT_URL_STS)$/;

function isSecretVariable(name: string): boolean {
  return name === keyVariable || name.endsWith('PASSWORD') || storeKeys.includes(name);
}

/** Variables that a server's or a store's own tools read, and the key of the backups. */
function outside({ environment, settings }: Context): [string, string][] {
  const inBucket = isInBucket(settings.backups);
  return Object.entries(environment.env).flatMap(([name, value]) => {
    const ofStore = inBucket && (storeVariables.test(name) || storeKeys.includes(name));
    const isCarried = /^PG[A-Z]+$/.test(name) || name === keyVariable || ofStore;
    return value && isCarried ? [[name, value]] : [];
  });
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
  const isBucket = name === 'backups' && isInBucket(value ?? '');
  const isPath = (kind === 'folder' && !isBucket) || name === 'databaseFile';
  return isPath ? resolve(base, value ?? '') : (value ?? '');
}

/** Without the folders that npm and npx put before it for the time of one run. */
function pathOf(path: string): string {
  const folders = path.split(':').filter((each) => each.startsWith('/'));
  return [...new Set(folders)].filter((each) => !/node_modules|node-gyp-bin/.test(each)).join(':');
}
