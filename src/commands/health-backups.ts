import type { ArchiverState } from '../engines/archiving.ts';
import type { Session } from '../engines/engine.ts';
import type { HealthProbe } from '../engines/health.ts';
import { JemError } from '../errors.ts';
import type { Backups, KnownBackup } from '../health/own/backups.ts';
import type { ListedBackup, Repository } from '../repository/contract.ts';
import type { Manifest } from '../repository/manifest.ts';
import { type Context, parseDirectUrl } from './context.ts';
import { repositoryOf } from './repository.ts';

/** What the checks of backups share: each is asked for once in a run, and only where it is needed. */
export interface SharedBackups {
  repository(): Promise<Repository>;
  listed(): Promise<readonly ListedBackup[]>;
  held(): Promise<Backups>;
  /** Null: the engine has no log that can be archived, or this role may not look. */
  archiver(): Promise<ArchiverState | null>;
}

/** How jem-db's own checks look. */
export interface OwnMeans {
  readonly probe: Pick<HealthProbe, 'bounded'>;
  /** Milliseconds that a repository may take in all. */
  readonly timeout: number;
}

export function knownBackups(
  context: Context,
  session: Session,
  { probe, timeout }: OwnMeans,
): SharedBackups {
  const repository = once(() => repositoryOf({ ...context, signal: limited(context, timeout) }));
  const listed = once(async () => (await repository()).list());
  const archiver = once(() => archiverOf(session, probe));
  const held = once(async () => {
    const names = await namesOf(context, session);
    const cluster = (await archiver())?.systemIdentifier ?? null;
    return backupsOf(await repository(), await listed(), { session, names, cluster });
  });
  return { repository, listed, held, archiver };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => (asked ??= ask());
}

/** The signal of the run, that also fires when a repository has had its time. */
function limited({ settings, signal }: Context, timeout: number): AbortSignal {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(
      new JemError('store-unreachable', `${settings.backups} did not answer in time`, {
        hint: 'See whether it answers at all: `jem-db backup list`; or give it more time: --timeout 1min',
      }),
    );
  }, timeout);
  timer.unref();
  return AbortSignal.any([signal, late.signal]);
}

async function archiverOf(
  session: Session,
  probe: OwnMeans['probe'],
): Promise<ArchiverState | null> {
  const server = await session.wal?.();
  if (!server) return null;
  try {
    return await probe.bounded(() => server.state());
  } catch (error) {
    if (error instanceof JemError && error.code === 'permission-denied') return null;
    throw error;
  }
}

/** How this database is called in the manifests of its backups. */
async function namesOf(context: Context, session: Session): Promise<ReadonlySet<string>> {
  const direct =
    context.settings.directUrl.value === null ? [] : [(await parseDirectUrl(context)).display];
  return new Set([session.display, ...direct].map(withoutUser));
}

/** The role that takes backups is seldom the one that looks at health. */
function withoutUser(display: string): string {
  return display.replace(/(?<=^\w+:\/\/)[^@/]*@/, '');
}

interface Wanted {
  readonly session: Session;
  readonly names: ReadonlySet<string>;
  readonly cluster: string | null;
}

async function backupsOf(
  { display }: Repository,
  listed: readonly ListedBackup[],
  { session, names, cluster }: Wanted,
): Promise<Backups> {
  const { chainIn } = await import('../backup/wal/bases.ts');
  const manifests = listed.flatMap(({ manifest }) => manifest ?? []);
  const bases = manifests.filter((one) => one.kind === 'base');
  const isOwn = (manifest: Manifest): boolean =>
    manifest.engine === session.engine.name &&
    (manifest.kind === 'base'
      ? manifest.cluster === cluster && chainIn(bases, manifest) !== null
      : names.has(withoutUser(manifest.database)));
  const others = manifests.filter((one) => !isOwn(one)).map((one) => withoutUser(one.database));
  return {
    repository: display,
    own: listed.flatMap(({ manifest, lastProof }) =>
      manifest && isOwn(manifest) ? known(manifest, lastProof) : [],
    ),
    others: [...new Set(others)].toSorted(),
    damaged: listed.flatMap(({ id, manifest, damage }) =>
      manifest ? [] : { id, damage: damage ?? 'its manifest cannot be read' },
    ),
    unsure:
      cluster === null && session.wal && bases.length > 0
        ? `${display} holds base backups, and this role may not see of which cluster this server is`
        : null,
  };
}

function known(manifest: Manifest, lastProof: ListedBackup['lastProof']): KnownBackup {
  const { id, kind, startedAt, encryption } = manifest;
  return {
    ...{ id, kind, startedAt },
    encrypted: encryption !== null,
    proof: lastProof && {
      at: lastProof.finishedAt,
      verified: lastProof.verified,
      recovered: (lastProof.recovery ?? null) !== null,
    },
  };
}
