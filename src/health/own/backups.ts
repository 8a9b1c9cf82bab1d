import type { Finding, HealthCheck, NotApplicable } from '../../engines/health.ts';
import { span } from './span.ts';

/** A backup that can be restored, as far as its manifest tells. */
export interface KnownBackup {
  readonly id: string;
  readonly kind: string;
  readonly startedAt: string;
  readonly encrypted: boolean;
  /** The last time that a restore of it was tried; null: never. */
  readonly proof: {
    readonly at: string;
    readonly verified: boolean;
    readonly recovered: boolean;
  } | null;
}

/** What a repository holds, looked at for one database. */
export interface Backups {
  readonly repository: string;
  /** Of this database, oldest first. */
  readonly own: readonly KnownBackup[];
  /** Names of the other databases that have backups there. */
  readonly others: readonly string[];
  /** Those whose manifest cannot be read: of what database they are, nobody knows. */
  readonly damaged: readonly { readonly id: string; readonly damage: string }[];
  /** Why base backups could not be told from those of other clusters; null: they could. */
  readonly unsure: string | null;
}

const backupsOff = 'If another tool takes them, say so in jem-db.json: {"skipChecks": ["backups"]}';

const hour = 3600;
const day = 24 * hour;

export const backupAgeCheck: HealthCheck = {
  id: 'backup-age',
  title: 'age of the newest backup',
  group: 'backups',
  unit: 's',
  thresholds: { warning: 26 * hour, critical: 50 * hour },
  isAge: true,
  source: 'jem-db: a daily backup that is late, or was missed',
};

/** Pure. */
export function judgeBackupAge(backups: Backups, now: number): Finding {
  const newest = backups.own.at(-1);
  if (!newest) return never(backups);
  const age = secondsSince(newest.startedAt, now);
  return {
    status: null,
    value: age,
    summary: `the newest of ${backups.own.length} is ${newest.id} (${newest.kind}), ${span(age)} old`,
    hint: 'Take one: `jem-db backup create`, and see why the scheduled one did not run: `jem-db backup schedule`',
  };
}

function never({ repository, others, damaged, unsure }: Backups): Finding {
  if (unsure !== null)
    return { status: 'unknown', value: null, summary: unsure, hint: 'Look with a role that may.' };
  const there = [
    ...(others.length > 0 ? [`others are there, of ${others.join(', ')}`] : []),
    ...(damaged.length > 0 ? [`${damaged.length} cannot be read`] : []),
  ];
  return {
    status: 'critical',
    value: null,
    summary: `this database was never backed up to ${repository}${there.length > 0 ? ` (${there.join('; ')})` : ''}`,
    hint: `Take one: \`jem-db backup create\`, and have it taken every night: \`jem-db backup schedule\`. Kept elsewhere? --backups PLACE. ${backupsOff}`,
  };
}

export const restoreProofCheck: HealthCheck = {
  id: 'restore-proof',
  title: 'age of the newest proved restore',
  group: 'backups',
  unit: 's',
  thresholds: { warning: 8 * day, critical: 31 * day },
  isAge: true,
  source: 'jem-db: a weekly proof that is late, a monthly one that was missed',
};

/** A restore that failed counts until another one is proved. Pure. */
export function judgeRestoreProof({ own, repository, unsure }: Backups, now: number): Finding {
  const tried = own
    .flatMap(({ id, proof }) => (proof ? [{ id, ...proof }] : []))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const last = tried.at(-1);
  const proved = tried.findLast(({ verified }) => verified);
  if (!last)
    return {
      status: own.length === 0 && unsure !== null ? 'unknown' : 'critical',
      value: null,
      summary: `no restore was ever proved${own.length === 0 ? `: ${unsure ?? `there is no backup in ${repository}`}` : ` of ${own.length} ${own.length === 1 ? 'backup' : 'backups'} in ${repository}`}`,
      hint: `A backup that was never restored is a hope: \`jem-db restore-verify\`. ${backupsOff}`,
    };
  if (!last.verified)
    return {
      status: 'critical',
      value: proved ? secondsSince(proved.at, now) : null,
      summary: `the last restore, of ${last.id} ${span(secondsSince(last.at, now))} ago, was not what the database had held`,
      hint: `See what differs: \`jem-db backup show ${last.id}\`; take a new backup and prove it: \`jem-db backup create --verify\``,
    };
  const age = secondsSince(last.at, now);
  return {
    status: null,
    value: age,
    summary: `${last.id} was restored and proved ${span(age)} ago${last.recovered ? ', with the archived WAL' : ''}`,
    hint: 'Prove the newest: `jem-db restore-verify`; every week: `jem-db backup schedule --verify`',
  };
}

export const encryptedCheck: HealthCheck = {
  id: 'backups-encrypted',
  title: 'backups that anybody can read who gets hold of them',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'jem-db',
};

/** Pure. */
export function judgeEncrypted({ own }: Backups): Finding | NotApplicable {
  const newest = own.at(-1);
  if (!newest) return { notApplicable: 'there is no backup' };
  const plain = own.filter(({ encrypted }) => !encrypted).length;
  return {
    status: newest.encrypted ? 'ok' : 'warning',
    value: plain,
    summary: newest.encrypted
      ? `the newest backup is encrypted${plain > 0 ? `, ${plain} older ones are not` : ''}`
      : `the newest backup, ${newest.id}, is not encrypted`,
    hint: 'Give a key, and keep it elsewhere: `(umask 077; openssl rand -hex 32 > key)`, then --key-file key. Where the disk or the bucket is encrypted itself: {"skipChecks": ["backups-encrypted"]}',
  };
}

export const repositoryCheck: HealthCheck = {
  id: 'backup-repository',
  title: 'backups whose manifest cannot be read',
  group: 'backups',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'jem-db backup list',
};

/** Pure. */
export function judgeRepository({ repository, own, damaged }: Backups): Finding {
  const [first] = damaged;
  return {
    status: null,
    value: damaged.length,
    summary: first
      ? `${damaged.length} in ${repository} cannot be read: ${first.id} ${first.damage}`
      : `${repository} can be read, it holds ${own.length} of this database`,
    hint: first
      ? `See what is wrong: \`jem-db backup check ${first.id}\`; give up what cannot be read: \`jem-db backup prune --unreadable\``
      : null,
    objects: damaged.map(({ id, damage }) => ({ name: id, value: null, detail: damage })),
  };
}

function secondsSince(iso: string, now: number): number {
  return Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
}
