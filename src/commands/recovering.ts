import { resolve } from 'node:path';
import type { RecoveryPlan } from '../backup/recovery/plan.ts';
import type { RecoverySettings, TargetAction } from '../engines/recovering.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import { labelled, moment } from '../output/text.ts';
import { keyVariable } from '../setting-specs.ts';
import type { Input, OptionSpec } from './command.ts';
import type { Context } from './context.ts';
import { isInBucket } from './repository.ts';

export const actionOption: OptionSpec = {
  flags: '--target-action <action>',
  help: 'what the server does there: pause (the default), promote, shutdown',
};

const actions = ['pause', 'promote', 'shutdown'] as const satisfies readonly TargetAction[];

/**
 * Null: none was given. The default is PostgreSQL's own, to pause: who looks first can still go on
 * to a later moment, and who promotes cannot. Throws `usage`.
 */
export function actionIn(input: Input): TargetAction | null {
  const given = input.text('targetAction');
  if (given === undefined) return null;
  const action = actions.find((one) => one === given);
  if (action) return action;
  throw new JemError('usage', `A server cannot "${given}" at its target`, {
    hint: `It can ${actions.join(', ')}.${didYouMean(given, actions)}`,
  });
}

/** How the server is to recover, with nothing secret in it. Throws `usage`. */
export function settingsFor(
  { target, timeline, manifest }: RecoveryPlan,
  action: TargetAction | null,
  context: Context,
): RecoverySettings {
  const { settings, environment, program, report } = context;
  if (target.kind === 'latest' && action !== null && action !== 'promote')
    throw new JemError('usage', `--target-action ${action} does not go with --to-latest`, {
      why: 'At the end of the log a server has no target any more: it ends the recovery and opens.',
      hint: 'Leave it out, or name the last place: `jem-db backup wal status` shows it.',
    });
  if (environment.env[keyVariable])
    report.warn({
      code: 'recovery-needs-key',
      message: `The backups are encrypted with ${keyVariable}, which is written nowhere: the server must find it in its environment when it is started, or use --key-file.`,
    });
  const { backups, backupKeyFile } = settings;
  const found = credentialVariables.filter((name) => environment.env[name]);
  if (isInBucket(backups) && found.length > 0)
    report.warn({
      code: 'recovery-needs-credentials',
      message: `The credentials of the bucket are written nowhere: the server must find ${found.join(', ')} in its environment when it is started, or its user some in ~/.aws.`,
    });
  const absolute = (path: string): string =>
    /^[a-z][a-z0-9+.-]*:\/\//i.test(path) ? path : resolve(environment.cwd, path);
  return {
    ...{ target, timeline },
    action: target.kind === 'latest' ? null : (action ?? 'pause'),
    command: [
      ...program,
      ...['backup', 'wal', 'fetch', '%f', '%p', '--partial'],
      ...['--system-identifier', manifest.cluster, '--backups', absolute(backups)],
      ...(backupKeyFile === null ? [] : ['--key-file', absolute(backupKeyFile)]),
      ...bucketOptions(settings),
    ],
  };
}

/** Where this shell may have credentials that a server's start does not. */
const credentialVariables = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'],
  ...['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
];

/** Of a bucket; its credentials the server must find where the AWS tools look. */
function bucketOptions({ backups, s3Endpoint, s3Region, s3PathStyle }: Context['settings']) {
  if (!isInBucket(backups)) return [];
  return [
    ...(s3Endpoint === null ? [] : ['--s3-endpoint', s3Endpoint]),
    ...(s3Region === null ? [] : ['--s3-region', s3Region]),
    ...(s3PathStyle === null ? [] : ['--s3-path-style', s3PathStyle ? 'yes' : 'no']),
  ];
}

const ends: Readonly<Record<TargetAction, string>> = {
  pause:
    'It pauses there and answers queries. Look; then `SELECT pg_wal_replay_resume()` opens it for writing. For another moment: stop it, change recovery_target_* in postgresql.auto.conf to a later one, start it again.',
  promote: 'It opens for writing there, on a new timeline.',
  shutdown: 'It shuts down there. Remove recovery.signal to open it, or set a later target.',
};

/** What the operator does next. */
export function describeRecovery(
  { target, timeline, action }: RecoverySettings,
  into: string,
): string[] {
  const value = target.value ?? '';
  const targets: Readonly<Record<typeof target.kind, string>> = {
    time: `${moment(value)} (${value})`,
    lsn: value,
    name: `the restore point ${value}`,
    latest: 'the end of the archive',
  };
  const limit = target.inclusive ? '' : ', without what is exactly there';
  return [
    labelled('Recovers to: ', `${targets[target.kind]}${limit}, timeline ${timeline}`),
    labelled(
      'Next: ',
      `look at its configuration, then start it as a user who can read the backups: \`pg_ctl -D ${into} start\``,
    ),
    labelled('      ', ends[action ?? 'promote']),
  ];
}
