import type { ListedSummary, ListResult, Recovery } from '../backup/list.ts';
import type { Verdict } from '../backup/summary.ts';
import { age, columns, count, grouped, labelled, moment, size } from '../output/text.ts';
import { command } from './command.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupList = command<ListResult & { asOf: string }>({
  name: 'backup list',
  summary: 'the backups: age, size, rows, proved or not',
  description:
    'Under a base backup: what it builds on, to what its WAL can recover, whether that is complete, and the last recovery that was proved. The end is when the last segment was stored.',
  settings: repositorySettings,
  examples: [['jem-db backup list', 'the newest comes last']],
  async run(_input, context) {
    const { listBackups } = await import('../backup/list.ts');
    return { ...(await listBackups(await repositoryOf(context))), asOf: new Date().toISOString() };
  },
  render({ repository, backups, asOf }, paint) {
    if (backups.length === 0)
      return `There is no backup in ${repository}. Make one: \`jem-db backup create\`\n`;
    const now = Date.parse(asOf);
    const [head = '', ...rows] = columns([
      ['ID', 'AGE', 'SIZE', 'ROWS', 'PROVED', 'DATABASE'],
      ...backups.map((backup) => rowOf(backup, now)),
    ]);
    const lines = rows.flatMap((line, at) => [
      / {2}(damaged|no, it failed)/.test(line) ? paint.red(line) : line,
      ...recoveryLines(backups[at], now),
    ]);
    return [
      paint.dim(head),
      ...lines,
      `${count(backups.length, 'backup')} in ${repository}`,
      '',
    ].join('\n');
  },
});

function rowOf(backup: ListedSummary, now: number): string[] {
  if (backup.damage !== null) return [backup.id, '-', '-', '-', `damaged: ${backup.damage}`];
  const { id, kind, parent, startedAt, storedBytes, rows, proved, database } = backup;
  return [
    id,
    age(now - Date.parse(startedAt)),
    size(storedBytes),
    rows === null ? (parent === null ? kind : 'incremental') : grouped(rows),
    proofWords(proved, now),
    database,
  ];
}

function proofWords(proved: Verdict | null, now: number): string {
  if (proved === null) return 'not yet';
  const ago = agoOf(proved.at, now);
  return proved.verified ? `yes, ${ago}` : `no, it failed ${ago}`;
}

function agoOf(iso: string, now: number): string {
  const when = age(now - Date.parse(iso));
  return when === 'just now' ? when : `${when} ago`;
}

function recoveryLines(backup: ListedSummary | undefined, now: number): string[] {
  if (backup?.damage !== null || backup.recovery === null) return [];
  const { chain, windows, proved } = backup.recovery;
  const words = [...chainWords(chain), ...windowWords(windows, now), ...provedWords(proved, now)];
  return words.map((text) => labelled('  ', text));
}

const targets: Readonly<Record<NonNullable<Recovery['proved']>['to'], string>> = {
  time: 'the time ',
  lsn: '',
  name: 'the restore point ',
  latest: 'the end of the archive then',
};

function provedWords(proved: Recovery['proved'], now: number): string[] {
  if (proved === null) return [];
  const { at, to, target, lsn } = proved;
  return [`recovery proved ${agoOf(at, now)}: to ${targets[to]}${target ?? ''} (${lsn})`];
}

function chainWords(chain: Recovery['chain']): string[] {
  if (chain === null) return ['cannot be restored: a backup that it builds on is not there'];
  return chain.length > 1 ? [`builds on ${chain.slice(0, -1).join(', ')}`] : [];
}

function windowWords(windows: Recovery['windows'], now: number): string[] {
  if (windows === null) return ['what it can be recovered to is not known without the key'];
  return windows.map(({ timeline, from, to, fromAt, toAt, lastSegment, missing }) =>
    lastSegment === null && missing === null
      ? `recovers to ${from} alone, ${moment(fromAt)}: no WAL behind it is archived`
      : `recovers to ${moment(fromAt)} (${from}) until ${moment(toAt)} (${to}), timeline ${timeline}; ${missing === null ? `complete up to the last segment, ${agoOf(toAt, now)}` : `${missing} is missing`}`,
  );
}
