import type { CheckResult } from '../backup/check.ts';
import { JemError } from '../errors.ts';
import { count, labelled } from '../output/text.ts';
import { command, type Input } from './command.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupCheck = command<CheckResult>({
  name: 'backup check',
  summary: 'is every file of a backup as it was stored?',
  description:
    'Reads every file and compares it with its SHA-256, without restoring. Finds what a disk did to a backup; `jem-db restore-verify` finds the rest.',
  silentWhenWell: true,
  argument: {
    name: 'id',
    help: 'latest (the default), ids, or how they begin',
    required: false,
    many: true,
  },
  options: [{ flags: '--all', help: 'every backup there is' }],
  settings: repositorySettings,
  examples: [
    ['jem-db backup check', 'the newest one'],
    [
      'jem-db backup check --all --quiet',
      'from cron: exit 1 and the files named where one is damaged',
    ],
  ],
  async run(input, context) {
    const { checkBackups } = await import('../backup/check.ts');
    const { report, signal } = context;
    return checkBackups(await repositoryOf(context), {
      which: whichOf(input),
      signal,
      onProgress: (text) => report.progress(text),
    });
  },
  finding: ({ backups }) => backups.some(({ ok }) => !ok),
  render({ repository, backups }, paint) {
    const bad = backups.filter(({ ok }) => !ok).length;
    return [
      ...backups.flatMap(({ id, ok, files }) => [
        `${ok ? paint.green('whole') : paint.red('damaged')}  ${id}  ${count(files.length, 'file')}`,
        ...files
          .filter((file) => !file.ok)
          .map(({ path, detail }) => labelled(`  ${path}: `, detail)),
      ]),
      bad === 0
        ? `${count(backups.length, 'backup')} checked in ${repository}: every file is as it was stored.`
        : paint.red(`${count(bad, 'backup')} of ${backups.length} damaged in ${repository}.`),
      '',
    ].join('\n');
  },
});

function whichOf(input: Input): readonly string[] | 'all' {
  if (!input.flag('all')) return input.arguments.length > 0 ? input.arguments : ['latest'];
  if (input.arguments.length === 0) return 'all';
  throw new JemError('usage', '--all and ids are given together', {
    hint: 'Give one of them: --all, or the backups to check.',
  });
}
