import { JemError } from '../../../errors.ts';
import type { Compression } from '../../backing-up.ts';
import type { BaseBackupOptions, BaseParent, TakenBaseBackup } from '../../base-backup.ts';
import { openPostgres } from '../connection.ts';
import { firstRows } from '../first-rows.ts';
import type { PostgresSession } from '../session.ts';
import { baseBackupCommand } from './command.ts';
import { withCompression } from './compressing.ts';
import { copyIn, copyOut } from './copy.ts';
import { baseFailure } from './errors.ts';
import type { BaseFacts } from './facts.ts';
import { makeRestorePoint } from './restore-point.ts';
import { requireReady, type ServerState } from './preflight.ts';
import { manifestFile, type StreamedBackup, takeStream } from './stream.ts';
import { segmentOf } from './wal.ts';

/**
 * Streams the files of the whole cluster into the stage, with all of the log that makes them
 * consistent. Works on a standby. Throws as `requireReady` and `baseFailure` say.
 */
export async function takeBaseBackup(
  session: PostgresSession,
  options: BaseBackupOptions,
): Promise<TakenBaseBackup> {
  const { signal } = options;
  const state = await requireReady(session, options.parentOf !== null);
  const take = (compression: Compression) =>
    overReplication(session, signal, async (stream) => {
      const identity = await firstRows(stream, 'IDENTIFY_SYSTEM');
      const cluster = String(identity['systemid']);
      const parent = (await options.parentOf?.(cluster)) ?? null;
      await reserveWal(stream, options);
      if (parent) await uploadManifest(stream, parent);
      const streamed = await streamInto(stream, options, compression, parent !== null);
      return { cluster, parent, streamed, compression };
    });
  const { cluster, parent, streamed, compression } = await withCompression(
    options.compression,
    take,
  );
  return {
    serverVersion: session.serverVersion,
    tools: {},
    cluster,
    parent: parent?.id ?? null,
    ...(await pointFor(session, state, options)),
    facts: { ...factsOf(cluster, state, streamed, compression) },
  };
}

type Pointed = Pick<TakenBaseBackup, 'restorePoint' | 'withoutPoint'>;

/** All files are stored: what fails now takes the proof away, and not the backup. */
async function pointFor(
  session: PostgresSession,
  { standby }: ServerState,
  options: BaseBackupOptions,
): Promise<Pointed> {
  if (!options.fingerprints) return { restorePoint: null, withoutPoint: 'not asked for' };
  if (standby) return { restorePoint: null, withoutPoint: 'a standby cannot make one' };
  try {
    return { restorePoint: await makeRestorePoint(session, options), withoutPoint: null };
  } catch (error) {
    if (options.signal.aborted || !(error instanceof JemError)) throw error;
    const why = [error.message, error.details.why].filter(Boolean).join(': ');
    options.warn({
      code: 'backup-without-fingerprints',
      message: `The backup has no restore point with fingerprints: ${why}`,
    });
    return { restorePoint: null, withoutPoint: why };
  }
}

/** A connection for replication to the very server that the session is on. */
async function overReplication<T>(
  session: PostgresSession,
  signal: AbortSignal,
  work: (stream: PostgresSession) => Promise<T>,
): Promise<T> {
  const { target, there, server } = session;
  const conninfo = {
    ...there,
    params: { ...there.params, replication: 'true' },
    // It runs no SET, which a connection sends where dates look otherwise.
    settings: { ...there.settings, datestyle: 'ISO' },
  };
  try {
    await using stream = await openPostgres(
      { ...target, conninfo },
      {
        ...{ signal, mode: 'existing', applicationName: 'jem-db', connectTimeout: 30_000 },
        warn: () => {},
      },
    );
    return await work(stream);
  } catch (error) {
    signal.throwIfAborted();
    throw baseFailure(error, server);
  }
}

/** Without it a server that writes much may remove WAL that the backup needs before it is copied. */
async function reserveWal(
  stream: PostgresSession,
  { id, warn }: Pick<BaseBackupOptions, 'id' | 'warn'>,
): Promise<void> {
  const slot = `jem_db_${id.toLowerCase().replace(/[^a-z0-9]/g, '_')}`;
  try {
    await stream.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY PHYSICAL (RESERVE_WAL)`);
  } catch (error) {
    const state = error instanceof JemError ? error.details.sqlState : undefined;
    if (state !== '53400' && state !== '55000') throw error;
    warn({
      code: 'backup-without-slot',
      message:
        'No replication slot was free (max_replication_slots): the backup fails where the server removes its WAL too soon.',
    });
  }
}

async function uploadManifest(stream: PostgresSession, parent: BaseParent): Promise<void> {
  await copyIn(stream, 'UPLOAD_MANIFEST', parent.open(manifestFile));
}

async function streamInto(
  stream: PostgresSession,
  { id, rate, stage, signal, onProgress }: BaseBackupOptions,
  compression: Compression,
  incremental: boolean,
): Promise<StreamedBackup> {
  onProgress({ done: 0, total: 0, what: 'waiting for the checkpoint' });
  const sql = baseBackupCommand({ label: `jem-db ${id}`, compression, rate, incremental });
  const events = copyOut(stream, sql, signal);
  const isPacked = compression.method !== 'none';
  let what = '';
  try {
    return await takeStream(events, {
      put: (file, bytes) => {
        what = file;
        const isOurs = file === manifestFile || !isPacked;
        return stage.put(file, bytes, isOurs ? 'plain' : 'compressed');
      },
      onProgress: (done, total) => onProgress({ done, total, what }),
    });
  } finally {
    await events.return(undefined);
  }
}

function factsOf(
  cluster: string,
  { standby, segmentSize, dataChecksums, archiveMode, superuser, database }: ServerState,
  { startLsn, timeline, stopLsn, stopTimeline, tablespaces, archives }: StreamedBackup,
  { method }: Compression,
): BaseFacts {
  return {
    format: 1,
    systemIdentifier: cluster,
    ...{ timeline, startLsn, stopLsn, stopTimeline },
    startSegment: segmentOf(timeline, startLsn, segmentSize),
    segmentSize,
    compression: method,
    archives: archives.map(({ file, location }) => {
      const oid = /^\d+/.exec(file)?.[0] ?? null;
      const bytes = tablespaces.find((one) => one.oid === oid)?.bytes ?? null;
      return { file, oid, location, bytes };
    }),
    ...{ standby, dataChecksums, archiveMode, superuser, database },
  };
}
