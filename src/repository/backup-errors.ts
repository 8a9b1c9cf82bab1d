import { JemError } from '../errors.ts';

export function backupMissing(id: string, repository: string): JemError {
  return new JemError('backup-missing', `There is no backup ${id} in ${repository}`, {
    hint: 'See what is there: jem-db backup list',
  });
}

/** `damage`: what is wrong with one of its files, as `is empty`. */
export function backupCorrupt(id: string, path: string, damage: string, why?: string): JemError {
  return new JemError('backup-corrupt', `${damagePrefix(id, path)}${damage}`, {
    ...(why !== undefined && { why }),
    hint: `See all that is wrong: jem-db backup check ${id}. Restore another: jem-db backup list`,
  });
}

/** What `backupCorrupt` was told, for a list that names backup and file already. */
export function damageOf({ message }: JemError, id: string, path: string): string {
  const start = damagePrefix(id, path);
  return message.startsWith(start) ? message.slice(start.length) : message;
}

function damagePrefix(id: string, path: string): string {
  return `Backup ${id} is damaged: ${path} `;
}

export function backupTooNew(id: string, format: string): JemError {
  return new JemError('backup-too-new', `Backup ${id} was made by a newer jem-db`, {
    why: `Its format is ${format}, which this version does not know.`,
    hint: 'Install the version that made it, or a newer one.',
  });
}

export function keyMissing(id: string): JemError {
  return new JemError('backup-key-missing', `Backup ${id} is encrypted, and no key is given`, {
    hint: 'Give the key that it was made with: --key-file FILE, or JEM_DB_BACKUP_KEY.',
  });
}

/** Whoever can write the folder can put such a backup there: a key says that none is expected. */
export function notEncrypted(id: string): JemError {
  return new JemError('backup-not-encrypted', `Backup ${id} is not encrypted, and a key is given`, {
    why: 'Nobody needs the key to make or to change such a backup; it may not be yours.',
    hint: 'If it is from before there was a key, leave the key out (--key-file, JEM_DB_BACKUP_KEY) to restore it.',
  });
}

export function keyWrong(id: string, made: string, given: string): JemError {
  return new JemError('backup-key-wrong', `Backup ${id} was encrypted with another key`, {
    why: `It was made with the key known as ${made.slice(0, 8)}; the one given is ${given.slice(0, 8)}.`,
    hint: 'Give the key that it was made with.',
  });
}

/** `holder`: as `process 12 on db1, since …`. */
export function repositoryBusy(repository: string, holder: string): JemError {
  return new JemError('repository-busy', `Somebody else is tidying ${repository}`, {
    why: `It is ${holder}.`,
    hint: 'Run the command again when that has ended.',
  });
}
