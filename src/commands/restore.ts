import type { RestoreResult } from '../restore/restore.ts';
import { JemError } from '../errors.ts';
import { duration, labelled } from '../output/text.ts';
import { parseTarget } from '../target.ts';
import { command, type Input } from './command.ts';
import { type Context } from './context.ts';
import { progressBar } from './progress-bar.ts';
import { jobsOf, repositoryOf, repositorySettings } from './repository.ts';

export const restore = command<RestoreResult>({
  name: 'restore',
  summary: 'restore a backup into a database that you name',
  description:
    'Checks every file of the backup first. Restores beside the target and switches, where the engine allows it, so that a failure leaves the target as it was.',
  argument: { name: 'id', help: 'latest, an id, or how one begins', required: true },
  options: [
    { flags: '--into <url>', help: 'the database: a URL or a file; it may be missing' },
    { flags: '--clean', help: 'replace what it holds; names that, and asks' },
    { flags: '--no-owner', help: 'all of it is yours, without the grants of the backup' },
    { flags: '--table <name>', help: 'only this table; may be given again', repeatable: true },
  ],
  settings: [...repositorySettings, 'jobs', 'postgresBin', 'ledgerTable'],
  examples: [
    ['jem-db restore latest --into ./copy.db', 'into a new file'],
    ['jem-db restore latest --into postgres://app@db/app_copy', 'into a new database'],
    ['jem-db restore 20261121 --into ./app.db --clean', 'over what is there, when you agree'],
  ],
  async run(input, context) {
    const { restoreBackup } = await import('../restore/restore.ts');
    const { settings, signal, report } = context;
    const into = await intoOf(input, context);
    report.aim({ engine: into.engine, display: into.display, serverVersion: null });
    for (const warning of into.warnings) report.warn(warning);
    const tables = input.list('table');
    const { warnings, ...result } = await restoreBackup(
      await repositoryOf(context),
      input.argument ?? '',
      into,
      {
        signal,
        jobs: jobsOf(settings),
        binaries: settings.postgresBin,
        ledgerTable: settings.ledgerTable,
        connectTimeout: settings.connectTimeout,
        clean: input.flag('clean'),
        // Commander takes away the `no` of a flag.
        noOwner: !input.flag('owner'),
        tables: tables.length > 0 ? tables : null,
        onProgress: progressBar(report),
        onDestroy: (holds, { id, database }) =>
          context.confirm(
            `This destroys what ${into.display} holds: ${holds}. Backup ${id} of ${database} takes its place.`,
          ),
      },
    );
    for (const message of warnings) report.warn({ code: 'restore-warning', message });
    return result;
  },
  render({ backup, into, way, restoreMs, replaced, tables }, paint) {
    const whole = `ackup ${backup.id} of ${backup.database}`;
    const what = tables === null ? `B${whole}` : `${tables.join(', ')} of b${whole}`;
    return [
      paint.bold(labelled('', `${what} is restored into ${into}, in ${duration(restoreMs)}.`)),
      ...(replaced === null ? [] : [labelled('Replaced: ', replaced)]),
      labelled('Way: ', way),
      labelled('', 'Next: is it what the migrations make? `jem-db schema verify -d …`'),
      '',
    ].join('\n');
  },
});

async function intoOf(input: Input, { environment }: Context) {
  const text = input.text('into');
  if (text) return parseTarget(text, environment);
  throw new JemError('usage', 'Nothing says where to restore', {
    hint: 'Name a database: --into ./copy.db, --into postgres://…; `jem-db restore-verify` needs none.',
  });
}
