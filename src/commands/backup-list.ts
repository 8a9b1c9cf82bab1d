import type { ListedSummary, ListResult } from '../backup/list.ts';
import type { Verdict } from '../backup/summary.ts';
import { age, columns, count, grouped, size } from '../output/text.ts';
import { command } from './command.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupList = command<ListResult & { asOf: string }>({
  name: 'backup list',
  summary: 'the backups: age, size, rows, proved or not',
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
    const lines = rows.map((line) =>
      / {2}(damaged|no, it failed)/.test(line) ? paint.red(line) : line,
    );
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
  const when = age(now - Date.parse(proved.at));
  const ago = when === 'just now' ? when : `${when} ago`;
  return proved.verified ? `yes, ${ago}` : `no, it failed ${ago}`;
}
