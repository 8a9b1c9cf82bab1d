import type { PruneResult } from '../backup/prune.ts';
import { JemError } from '../errors.ts';
import { columns, count, labelled } from '../output/text.ts';
import { command } from './command.ts';
import { keepOptions, keepRulesOf } from './keep-rules.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupPrune = command<PruneResult>({
  name: 'backup prune',
  summary: 'remove the backups that no rule keeps',
  description:
    'A backup stays where any rule keeps it; each database counts for itself, days and weeks are those of UTC. The newest proved backup always stays.',
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
  ],
  async run(input, context) {
    const { pruneBackups } = await import('../backup/prune.ts');
    const rules = keepRulesOf(input);
    if (!rules)
      throw new JemError('usage', 'Nothing says which backups to keep', {
        hint: 'Give a rule: --keep-last 7, --keep-within 30d, --keep-daily 7 …',
      });
    const { report, signal } = context;
    const repository = await repositoryOf(context);
    return pruneBackups(repository, {
      rules,
      unreadable: input.flag('unreadable') ? 'remove' : 'keep',
      dryRun: input.flag('dryRun'),
      signal,
      onRemove: (ids, keep) =>
        context.confirm(
          `This removes ${count(ids.length, 'backup')} from ${repository.display} for ever, and keeps ${keep.length}.`,
          ids.map((id) => `  ${id}\n`).join(''),
        ),
      onProgress: (text) => report.progress(text),
    });
  },
  render({ repository, dryRun, kept, removed, swept }, paint) {
    const rows = [
      ...kept.map(({ id, because }) => ['keep', id, because.join(', ')]),
      ...removed.map((id) => [dryRun ? 'would go' : 'removed', id]),
    ];
    const done = dryRun ? 'would be removed' : 'removed';
    return [
      ...columns(rows).map((line) => (line.startsWith('keep') ? line : paint.yellow(line))),
      ...(swept.length > 0 ? [labelled('leftovers removed: ', swept.join(', '))] : []),
      paint.bold(
        `${count(removed.length, 'backup')} ${done}, ${kept.length} kept in ${repository}.`,
      ),
      '',
    ].join('\n');
  },
});
