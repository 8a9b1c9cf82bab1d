import type { TimelineCoverage } from '../backup/wal/coverage.ts';
import type { ClusterStatus, ServerStatus, WalStatus } from '../backup/wal/status.ts';
import { JemError } from '../errors.ts';
import type { Paint } from '../output/paint.ts';
import { age, columns, count, labelled, moment, size } from '../output/text.ts';
import { command } from './command.ts';
import { type Context, openSession, targetOf } from './context.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupWalStatus = command<WalStatus>({
  name: 'backup wal status',
  summary: 'the archived WAL: last segment, its age, gaps, windows',
  description:
    'Exit code 1 where segments are missing between others, or the archiver of the server that -d names has failed last.',
  byDefault: true,
  silentWhenWell: true,
  settings: repositorySettings,
  examples: [
    ['jem-db backup wal status', 'what is in the archive'],
    ['jem-db backup wal status -d postgres://…', 'and how far the server is ahead of it'],
  ],
  async run(_input, context) {
    const { walStatus } = await import('../backup/wal/status.ts');
    const repository = await repositoryOf(context);
    return walStatus(repository, await serverState(context));
  },
  finding: ({ clusters, server }) =>
    server?.failing === true ||
    clusters.some(({ timelines, windows }) => timelines.some(hasGap) || windows.some(isCut)),
  render({ repository, clusters, server, asOf }, paint) {
    if (clusters.length === 0 && server === null)
      return `${labelled('', `There is no WAL in ${repository}. \`jem-db backup wal push --help\` shows how it comes there.`)}\n`;
    const now = Date.parse(asOf);
    return [
      ...clusters.flatMap((cluster) => describeCluster(cluster, now, paint)),
      ...(server ? describeServer(server, now, paint) : []),
      '',
    ].join('\n');
  },
});

/** Only where one was named for this call: most settings name the database of an application. */
async function serverState(context: Context) {
  const { database, databaseFile } = context.settings.raw;
  if (![database, databaseFile].some(({ from }) => from.startsWith('flag'))) return null;
  await using session = await openSession(context, await targetOf(context), 'read');
  const server = await session.wal?.();
  if (server) return await server.state();
  throw new JemError('usage', `${session.engine.title} has no log that can be archived`, {
    hint: 'Name a server: -d postgres://…, or leave -d out.',
  });
}

function hasGap({ gaps }: TimelineCoverage): boolean {
  return gaps.length > 0;
}

function isCut({ missing }: ClusterStatus['windows'][number]): boolean {
  return missing !== null;
}

function describeCluster(
  { systemIdentifier, timelines, histories, windows, proved }: ClusterStatus,
  now: number,
  paint: Paint,
): string[] {
  const [head = '', ...rows] = columns([
    ['TIMELINE', 'LAST SEGMENT', 'STORED', 'SEGMENTS', 'SIZE'],
    ...timelines.map(({ timeline, last, partial, lastStoredAt, partialStoredAt, ...line }) => [
      String(timeline),
      last ?? partial ?? '-',
      ago(last === null ? partialStoredAt : lastStoredAt, now),
      String(line.segments),
      size(line.storedBytes),
    ]),
  ]);
  return [
    paint.bold(`Cluster ${systemIdentifier}`),
    paint.dim(head),
    ...rows,
    ...timelines.flatMap(({ timeline, partial, partialStoredAt, last, gaps }) => [
      ...(partial && last
        ? [labelled('', `Timeline ${timeline} grows: ${partial}, ${ago(partialStoredAt, now)}`)]
        : []),
      ...gaps.map(({ first, last, segments }) =>
        paint.red(
          labelled('', `Missing: ${first}${first === last ? '' : ` to ${last} (${segments})`}`),
        ),
      ),
    ]),
    ...(histories.length > 0 ? [labelled('Histories: ', histories.join(', '))] : []),
    ...windows.map(({ base, timeline, from, to, fromAt, toAt, missing }) =>
      labelled(
        'Recoverable: ',
        `${moment(fromAt)} to ${moment(toAt)}, ${from} to ${to} on timeline ${timeline}, from backup ${base}${missing ? `; ${missing} is missing` : ''}`,
      ),
    ),
    labelled(
      'Proved: ',
      proved === null
        ? 'no recovery yet, `jem-db restore-verify`'
        : `${ago(proved.at, now)}, from backup ${proved.backup}`,
    ),
  ];
}

function describeServer(server: ServerStatus, now: number, paint: Paint): string[] {
  const { systemIdentifier, currentSegment, behindSegments, waiting, failing } = server;
  const { lastArchived, lastArchivedAt, lastFailed, lastFailedAt, archiveMode } = server;
  const behind =
    behindSegments === null
      ? 'nothing of its timeline is archived'
      : `${count(behindSegments, 'finished segment')} ahead of the archive`;
  const failed = `Last failure: ${lastFailed}, ${ago(lastFailedAt, now)} (${count(server.failedCount, 'failure')})`;
  return [
    paint.bold(`Server of cluster ${systemIdentifier}`),
    labelled('', `It writes ${currentSegment}, ${behind}.`),
    `archive_mode ${archiveMode}, ${waiting === null ? 'what waits is for pg_monitor to see' : `${count(waiting, 'file')} waiting`}`,
    `Last archived: ${lastArchived === null ? 'nothing' : `${lastArchived}, ${ago(lastArchivedAt, now)}`}`,
    ...(lastFailed === null ? [] : [failing ? paint.red(failed) : failed]),
  ];
}

function ago(iso: string | null, now: number): string {
  if (iso === null) return '-';
  const text = age(now - Date.parse(iso));
  return text === 'just now' ? text : `${text} ago`;
}
