import { availableParallelism } from 'node:os';
import { readCompression } from '../backup/compression.ts';
import type { Compression } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import type { EncryptionKey } from '../repository/key.ts';
import { keyVariable, type SettingName } from '../setting-specs.ts';
import type { Context } from './context.ts';

/** Settings of every command that reads backups. */
export const repositorySettings = [
  'backups',
  's3Endpoint',
  's3Region',
  's3PathStyle',
  'backupKeyFile',
] as const satisfies readonly SettingName[];

/** Opens the repository of the settings. Throws `bad-setting`, `backup-key-missing`. */
export async function repositoryOf(context: Context): Promise<Repository> {
  const { settings, environment, signal } = context;
  const location = settings.backups;
  const key = await keyOf(context);
  const options = { location, key, compression: compressionOf(settings), signal };
  if (!isInBucket(location)) {
    const { openRepository } = await import('../repository/open.ts');
    return openRepository(options);
  }
  const { openS3Repository } = await import('../repository/s3/open.ts');
  const { s3Endpoint: endpoint, s3Region: region, s3PathStyle: pathStyle } = settings;
  const { env, home } = environment;
  return openS3Repository({ ...options, settings: { endpoint, region, pathStyle }, env, home });
}

/** Whether backups are kept in a bucket instead of in a folder. */
export function isInBucket(location: string): boolean {
  return /^s3:\/\//i.test(location);
}

/** Null: backups are not encrypted. */
async function keyOf({ settings, environment }: Context): Promise<EncryptionKey | null> {
  const text = environment.env[keyVariable];
  const { backupKeyFile: file, raw } = settings;
  if (text && file !== null)
    throw new JemError('bad-setting', 'The encryption key is given twice', {
      why: `Both ${keyVariable} and ${raw.backupKeyFile.from} are given.`,
      hint: 'Leave one of them out.',
    });
  if (!text && file === null) return null;
  const { keyFromFile, keyFromText } = await import('../repository/key.ts');
  return text ? keyFromText(text) : keyFromFile(file ?? '');
}

/** Null: what the engine and the repository choose. Throws `bad-setting`. */
export function compressionOf({ compress }: Context['settings']): Compression | null {
  return compress === null ? null : readCompression(compress);
}

/** More sessions than this hinder the application more than they help. */
const mostJobs = 4;

export function jobsOf({ jobs }: Context['settings']): number {
  return jobs ?? Math.min(availableParallelism(), mostJobs);
}
