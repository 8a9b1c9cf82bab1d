import { resolve } from 'node:path';
import type { Repository } from '../repository/contract.ts';
import type { RecoverySettings } from '../engines/recovering.ts';
import type { BaseManifest, Manifest } from '../repository/manifest.ts';
import type { RestoreResult, RestoreWish } from '../restore/restore.ts';
import { JemError } from '../errors.ts';
import { duration, labelled } from '../output/text.ts';
import { parseTarget } from '../target.ts';
import { command, type Input } from './command.ts';
import { type Context } from './context.ts';
import { progressBar } from './progress-bar.ts';
import { planned, recoveryIn, recoveryOptions } from './recovery-options.ts';
import { actionIn, actionOption, describeRecovery, settingsFor } from './recovering.ts';
import { jobsOf, repositoryOf, repositorySettings } from './repository.ts';

export const restore = command<RestoreResult>({
  name: 'restore',
  summary: 'restore a backup into a database that you name',
  description:
    'Checks every file of the backup first. Restores beside the target and switches, where the engine allows it, so that a failure leaves the target as it was. With a target, a base backup is made ready to be recovered to it from the WAL archive; it is looked at first whether that can be reached.',
  argument: {
    name: 'id',
    help: 'latest, an id, or how one begins; with a target, the newest that leads there',
    required: false,
  },
  options: [
    { flags: '--into <url>', help: 'the database: a URL or a file; a folder for a base backup' },
    { flags: '--clean', help: 'replace what it holds; names that, and asks' },
    { flags: '--no-owner', help: 'all of it is yours, without the grants of the backup' },
    { flags: '--table <name>', help: 'only this table; may be given again', repeatable: true },
    {
      flags: '--tablespace-mapping <old=new>',
      help: 'of a base backup: where a tablespace goes; may be given again',
      repeatable: true,
    },
    ...recoveryOptions,
    actionOption,
  ],
  settings: [...repositorySettings, 'jobs', 'postgresBin', 'ledgerTable'],
  examples: [
    ['jem-db restore latest --into ./copy.db', 'into a new file'],
    ['jem-db restore latest --into postgres://app@db/app_copy', 'into a new database'],
    ['jem-db restore latest --into /srv/main', 'a base backup, into a new folder'],
    ['jem-db restore 20261121 --into ./app.db --clean', 'over what is there, when you agree'],
    [
      'jem-db restore --into /srv/main --to-time "2026-11-21 14:03:07+01"',
      'a server as it was then',
    ],
    ['jem-db restore --into /srv/main --to-latest', 'all that is archived, after a loss'],
  ],
  async run(input, context) {
    const text = intoOf(input);
    const repository = await repositoryOf(context);
    const wanted = await recoveryIn(input);
    const action = actionIn(input);
    if (wanted === null && action !== null) throw withoutTarget();
    const plan = wanted && (await planned(repository, input.argument ?? null, wanted, context));
    const manifest = plan?.manifest ?? (await namedIn(input, repository));
    const recovery = plan && settingsFor(plan, action, context);
    const wish = { input, context, text };
    const restoring =
      manifest.kind === 'base'
        ? intoFolder(repository, manifest, recovery, wish)
        : intoDatabase(repository, manifest.id, wish);
    const { warnings, ...result } = await restoring;
    for (const message of warnings) context.report.warn({ code: 'restore-warning', message });
    return result;
  },
  render({ backup, into, way, restoreMs, replaced, tables, recovery }, paint) {
    const whole = `ackup ${backup.id} of ${backup.database}`;
    const what = tables === null ? `B${whole}` : `${tables.join(', ')} of b${whole}`;
    return [
      paint.bold(labelled('', `${what} is restored into ${into}, in ${duration(restoreMs)}.`)),
      ...(replaced === null ? [] : [labelled('Replaced: ', replaced)]),
      labelled('Way: ', way),
      ...(recovery
        ? describeRecovery(recovery, into)
        : [labelled('', `Next: ${nextSteps[backup.kind](into)}`)]),
      '',
    ].join('\n');
  },
});

const nextSteps: Readonly<Record<RestoreResult['backup']['kind'], (into: string) => string>> = {
  logical: () => 'is it what the migrations make? `jem-db schema verify -d …`',
  base: (into) => `look at its configuration, then start it: pg_ctl -D ${into} start`,
};

async function namedIn({ argument }: Input, repository: Repository): Promise<Manifest> {
  const { chosenId } = await import('../repository/named.ts');
  if (argument !== undefined) return repository.manifest(await chosenId(repository, argument));
  throw new JemError('usage', 'Nothing says which backup to restore', {
    hint: 'Name it: latest, or an id that `jem-db backup list` shows.',
  });
}

function withoutTarget(): JemError {
  return new JemError('usage', '--target-action goes with a recovery alone', {
    hint: 'Say to where: --to-time, --to-lsn, --to-name, --to-latest.',
  });
}

interface Wish {
  readonly input: Input;
  readonly context: Context;
  /** What `--into` says. */
  readonly text: string;
}

async function intoDatabase(repository: Repository, id: string, { input, context, text }: Wish) {
  const { restoreBackup } = await import('../restore/restore.ts');
  const { settings, signal, report, environment } = context;
  refuseOptions(input, ['tablespaceMapping'], 'the backup of a database');
  const into = await parseTarget(text, environment);
  report.aim({ engine: into.engine, display: into.display, serverVersion: null });
  for (const warning of into.warnings) report.warn(warning);
  const tables = input.list('table');
  return restoreBackup(repository, id, into, {
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
    onDestroy: destroying(into.display, context),
  });
}

async function intoFolder(
  repository: Repository,
  manifest: BaseManifest,
  recovery: RecoverySettings | null,
  { input, context, text }: Wish,
) {
  const { restoreBase } = await import('../restore/cluster.ts');
  const { settings, signal, report, environment } = context;
  refuseOptions(input, ['table', 'owner'], 'the backup of a whole cluster');
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw new JemError('usage', `Backup ${manifest.id} is one of a whole cluster`, {
      why: 'It is restored into a folder, in which a server is then started.',
      hint: 'Name a folder that is empty or missing: --into DIR',
    });
  const folder = resolve(environment.cwd, text);
  report.aim({ engine: manifest.engine, display: folder, serverVersion: manifest.serverVersion });
  return restoreBase(repository, manifest, {
    folder,
    clean: input.flag('clean'),
    mappings: mappingsOf(input.list('tablespaceMapping'), environment.cwd),
    recovery,
    binaries: settings.postgresBin,
    env: environment.env,
    signal,
    onProgress: progressBar(report),
    onDestroy: destroying(folder, context),
  });
}

function destroying(display: string, context: Context): RestoreWish['onDestroy'] {
  return (holds, { id, database }) =>
    context.confirm(
      `This destroys what ${display} holds: ${holds}. Backup ${id} of ${database} takes its place.`,
    );
}

/** What would do nothing is a mistake; each by what commander calls it. */
const flags = {
  owner: '--no-owner',
  table: '--table',
  tablespaceMapping: '--tablespace-mapping',
} as const;

function refuseOptions(input: Input, names: readonly (keyof typeof flags)[], what: string): void {
  const name = names.find((one) =>
    one === 'owner' ? !input.flag(one) : input.list(one).length > 0,
  );
  if (name === undefined) return;
  throw new JemError('usage', `${flags[name]} does not go with ${what}`, {
    hint: 'Leave it out.',
  });
}

function mappingsOf(texts: readonly string[], cwd: string): ReadonlyMap<string, string> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0 && at < text.length - 1)
      return [text.slice(0, at), resolve(cwd, text.slice(at + 1))] as const;
    throw new JemError('usage', `"${text}" maps no tablespace`, {
      hint: 'Write --tablespace-mapping OLD=NEW: where it was, and where it is to be.',
    });
  });
  return new Map(pairs);
}

function intoOf(input: Input): string {
  const text = input.text('into');
  if (text) return text;
  throw new JemError('usage', 'Nothing says where to restore', {
    hint: 'Name a database, or a folder for a base backup: --into ./copy.db, --into postgres://…, --into DIR; `jem-db restore-verify` needs none.',
  });
}
