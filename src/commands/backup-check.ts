import type { CheckResult } from '../backup/check.ts';
import type { CheckedWal } from '../backup/check-wal.ts';
import { JemError } from '../errors.ts';
import type { Paint } from '../output/paint.ts';
import { count, labelled } from '../output/text.ts';
import { command, type Input } from './command.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupCheck = command<CheckResult>({
  name: 'backup check',
  summary: 'is every file of a backup as it was stored?',
  description:
    'Reads every file and compares it with its SHA-256, without restoring; of an incremental one also those that it builds on. Finds what a disk did to a backup; `jem-db restore-verify` finds the rest. With --wal or --all also reads the archived WAL and finds what is missing in it.',
  silentWhenWell: true,
  argument: {
    name: 'id',
    help: 'latest (the default), ids, or how they begin',
    required: false,
    many: true,
  },
  options: [
    { flags: '--all', help: 'every backup there is, and the archived WAL' },
    { flags: '--wal', help: 'the archived WAL, alone where no backup is named' },
  ],
  settings: repositorySettings,
  examples: [
    ['jem-db backup check', 'the newest one'],
    [
      'jem-db backup check --all --quiet',
      'from cron: exit 1 and the files named where one is damaged',
    ],
    ['jem-db backup check --wal', 'every archived segment, and what is missing between them'],
  ],
  async run(input, context) {
    const { checkBackups } = await import('../backup/check.ts');
    const { report, signal } = context;
    return checkBackups(await repositoryOf(context), {
      which: whichOf(input),
      wal: input.flag('all') || input.flag('wal'),
      signal,
      onProgress: (text) => report.progress(text),
    });
  },
  finding: ({ backups, wal }) => [...backups, ...wal].some(({ ok }) => !ok),
  render({ repository, backups, wal }, paint) {
    const bad = backups.filter(({ ok }) => !ok).length;
    const conclusion =
      bad === 0
        ? `${count(backups.length, 'backup')} checked in ${repository}: every file is as it was stored.`
        : paint.red(
            `${count(bad, 'backup')} of ${backups.length} damaged or not whole in ${repository}.`,
          );
    return [
      ...backups.flatMap((backup) => backupLines(backup, paint)),
      ...wal.flatMap((one) => walLines(one, paint)),
      ...(backups.length > 0 ? [conclusion] : []),
      ...(backups.length === 0 && wal.length === 0 ? [`There is no WAL in ${repository}.`] : []),
      '',
    ].join('\n');
  },
});

function backupLines(backup: CheckResult['backups'][number], paint: Paint): string[] {
  const { id, ok, files, requiredBy, missing } = backup;
  const verdict = ok
    ? paint.green('whole')
    : paint.red(files.every((file) => file.ok) ? 'not whole' : 'damaged');
  return [
    `${verdict}  ${id}  ${count(files.length, 'file')}`,
    ...(requiredBy.length === 0
      ? []
      : [
          labelled(
            '  ',
            `${requiredBy.join(', ')} ${requiredBy.length === 1 ? 'builds' : 'build'} on it`,
          ),
        ]),
    ...(missing === null
      ? []
      : [labelled('  ', `builds on ${missing}, which is not there: it cannot be restored`)]),
    ...files.filter((file) => !file.ok).map(({ path, detail }) => labelled(`  ${path}: `, detail)),
  ];
}

function walLines({ systemIdentifier, ok, files, damaged, gaps }: CheckedWal, paint: Paint) {
  const verdict = ok ? paint.green('whole') : paint.red(damaged.length > 0 ? 'damaged' : 'gaps');
  return [
    `${verdict}  WAL of cluster ${systemIdentifier}  ${count(files, 'file')}`,
    ...damaged.map(({ name, detail }) => labelled('  ', `${name}: ${detail}`)),
    ...gaps.map(({ first, last, segments }) =>
      labelled('  ', `missing: ${first}${segments === 1 ? '' : ` to ${last} (${segments})`}`),
    ),
  ];
}

function whichOf(input: Input): readonly string[] | 'all' {
  if (input.flag('wal') && input.arguments.length === 0 && !input.flag('all')) return [];
  if (!input.flag('all')) return input.arguments.length > 0 ? input.arguments : ['latest'];
  if (input.arguments.length === 0) return 'all';
  throw new JemError('usage', '--all and ids are given together', {
    hint: 'Give one of them: --all, or the backups to check.',
  });
}
