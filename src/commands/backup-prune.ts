import type { PruneResult } from '../backup/prune.ts';
import type { PrunedWal } from '../backup/prune-wal.ts';
import { JemError } from '../errors.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, labelled, size } from '../output/text.ts';
import { command } from './command.ts';
import { keepOptions, keepRulesOf } from './keep-rules.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupPrune = command<PruneResult>({
  name: 'backup prune',
  summary: 'remove the backups that no rule keeps, and their WAL',
  description:
    'A backup stays where any rule keeps it; each database counts for itself, days and weeks are those of UTC. The newest proved backup always stays. Archived WAL goes as soon as no base backup that stays can be recovered with it. --keep-window is for base backups: where it is the only rule, others all stay.',
  silentWhenWell: true,
  options: [
    ...keepOptions,
    { flags: '--dry-run', help: 'say what would be removed, and remove nothing' },
    { flags: '--unreadable', help: 'also remove those whose manifest cannot be read' },
  ],
  settings: repositorySettings,
  examples: [
    ['jem-db backup prune --keep-last 7 --dry-run', 'what would go'],
    [
      'jem-db backup prune --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --yes',
      'without asking',
    ],
    ['jem-db backup prune --keep-window 7d', 'every moment of a week stays recoverable'],
  ],
  async run(input, context) {
    const { pruneBackups } = await import('../backup/prune.ts');
    const wanted = keepRulesOf(input);
    if (!wanted)
      throw new JemError('usage', 'Nothing says which backups to keep', {
        hint: 'Give a rule: --keep-last 7, --keep-daily 7, --keep-window 7d …',
      });
    const { report, signal } = context;
    const repository = await repositoryOf(context);
    return pruneBackups(repository, {
      ...wanted,
      unreadable: input.flag('unreadable') ? 'remove' : 'keep',
      dryRun: input.flag('dryRun'),
      signal,
      onRemove: ({ removed, kept, wal }) =>
        context.confirm(
          `This removes ${whatGoes(removed.length, wal)} from ${repository.display} for ever, and keeps ${count(kept.length, 'backup')}.`,
          [...removed, ...wal.flatMap(goneOf)].map((line) => `  ${line}\n`).join(''),
        ),
      onProgress: (text) => report.progress(text),
    });
  },
  render({ repository, dryRun, kept, removed, swept, wal }, paint) {
    const rows = [
      ...kept.map(({ id, because }) => ['keep', id, because.join(', ')]),
      ...removed.map((id) => [dryRun ? 'would go' : 'removed', id]),
    ];
    const done = dryRun ? 'would be removed' : 'removed';
    return [
      ...columns(rows).map((line) => (line.startsWith('keep') ? line : paint.yellow(line))),
      ...wal.flatMap((one) => walLines(one, dryRun, paint)),
      ...(swept.length > 0 ? [labelled('leftovers removed: ', swept.join(', '))] : []),
      paint.bold(
        `${count(removed.length, 'backup')} ${done}, ${kept.length} kept in ${repository}.`,
      ),
      '',
    ].join('\n');
  },
});

function whatGoes(backups: number, wal: readonly PrunedWal[]): string {
  const files = wal.reduce((sum, { removed }) => sum + removed, 0);
  const words = [
    ...(backups > 0 ? [count(backups, 'backup')] : []),
    ...(files > 0 ? [`${count(files, 'file')} of WAL`] : []),
  ];
  return words.join(' and ');
}

/** What goes of an archive, in words; none where all of it stays. */
function goneOf(wal: PrunedWal): string[] {
  const { systemIdentifier, removed, removedBytes, removedFirst, removedLast } = wal;
  if (removed === 0) return [];
  const what = `${count(removed, 'file')} of the WAL of cluster ${systemIdentifier}, ${size(removedBytes)}`;
  return removedFirst === null ? [what] : [what, `from ${removedFirst} to ${removedLast}`];
}

function walLines(wal: PrunedWal, dryRun: boolean, paint: Paint): string[] {
  const { systemIdentifier, kept, keptFrom, because } = wal;
  const gone = goneOf(wal);
  const from = keptFrom === null ? '' : `, from ${keptFrom}`;
  const label = dryRun ? 'would go  ' : 'removed  ';
  return [
    labelled('keep  ', `${count(kept, 'file')} of the WAL of cluster ${systemIdentifier}${from}`),
    ...(because === null ? [] : [labelled('      ', `All of it stays: ${because}.`)]),
    ...(gone.length > 0 ? [paint.yellow(labelled(label, gone.join(', ')))] : []),
  ];
}
