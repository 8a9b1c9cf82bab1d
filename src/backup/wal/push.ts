import { basename } from 'node:path';
import { loadWalFormat } from '../../engines/wal-registry.ts';
import { JemError } from '../../errors.ts';
import { atATime } from '../../repository/at-a-time.ts';
import type { Repository, WalArchive } from '../../repository/contract.ts';
import { storeGrowing } from './growth.ts';
import { requireNamed, requireOwn } from './cluster.ts';
import { hashedFile, identityAt } from './content.ts';
import { type Receipt, type Receipts, readReceipts } from './receipts.ts';

export interface PushResult {
  readonly file: string;
  /** `there`: it was stored before, with this very content. */
  readonly outcome: 'stored' | 'there';
  readonly systemIdentifier: string;
  /** For the reader. */
  readonly archive: string;
  /** What else waited and was stored by the same call. */
  readonly also: readonly string[];
}

export interface PushOptions {
  /** Absolute. */
  readonly path: string;
  readonly dataFolder: string;
  /** Refuse what is of another cluster; null: take what comes. */
  readonly systemIdentifier: string | null;
  /** This user's folder for what is remembered. */
  readonly state: string;
  /** Files that are stored side by side. */
  readonly jobs: number;
  readonly signal: AbortSignal;
}

/** Of files that one call takes along, and milliseconds after which it begins no other. */
const most = 64;
const longest = 10_000;

/**
 * Stores a file of the log, and takes along what else waits: the calls that follow find theirs
 * stored. Throws `wal-refused`, `wal-conflict`, what the repository throws; never returns before the
 * file lasts on the archive's disk.
 */
export async function pushWal(repository: Repository, options: PushOptions): Promise<PushResult> {
  const { path, dataFolder, state } = options;
  const format = await loadWalFormat();
  const { name, systemIdentifier } = await format.inspect(path, dataFolder);
  requireNamed(systemIdentifier, options.systemIdentifier);
  const archive = repository.wal(systemIdentifier);
  const receipts = await readReceipts(state, archive.display);
  const told = { file: name.name, systemIdentifier, archive: archive.display };
  const known = receipts.of(name.name, await identityAt(path));
  if (known !== null && (await holds(archive, known, name)))
    return { ...told, outcome: 'there', also: [] };
  if (!(await archive.exists())) {
    refuseVanished(archive, receipts);
    if (options.systemIdentifier === null) await requireOwn(repository, systemIdentifier);
  }
  const own = await store(archive, path, name, options.signal);
  const along = await takeAlong(archive, { ...options, systemIdentifier });
  await receipts.add([own.receipt, ...along]);
  return { ...told, outcome: own.outcome, also: along.map(({ name }) => name) };
}

type Name = Parameters<WalArchive['find']>[0];

async function holds(archive: WalArchive, { sha256 }: Receipt, name: Name): Promise<boolean> {
  const found = await archive.find(name);
  return found.length > 0 && found.every((one) => one.sha256 === sha256 && one.storedBytes > 0);
}

async function store(archive: WalArchive, path: string, name: Name, signal: AbortSignal) {
  const file = await hashedFile(path, name, signal);
  const grown = name.kind === 'partial' ? await storeGrowing(archive, file) : 'differs';
  // What is not filled and differs is refused as any other file.
  const outcome = grown === 'differs' ? await archive.put(file) : grown;
  return { outcome, receipt: { name: name.name, sha256: file.sha256, ...file.identity } };
}

/** Failures here are not told: the server will ask for each file by itself. */
async function takeAlong(archive: WalArchive, options: PushOptions): Promise<readonly Receipt[]> {
  const { path, dataFolder, systemIdentifier, jobs, signal } = options;
  const format = await loadWalFormat();
  const waiting = (await format.waiting(path)).filter((one) => basename(one) !== basename(path));
  const until = performance.now() + longest;
  const turn = atATime(jobs);
  let failed = false;
  const stored = waiting.slice(0, most).map((one) =>
    turn(async () => {
      if (failed || signal.aborted || performance.now() > until) return null;
      const file = await format.inspect(one, dataFolder);
      if (file.systemIdentifier !== systemIdentifier) return null;
      return (await store(archive, one, file.name, signal)).receipt;
    }).catch((error: unknown) => {
      if (!(error instanceof JemError)) throw error;
      failed = true;
      return null;
    }),
  );
  return (await Promise.all(stored)).filter((one) => one !== null);
}

function refuseVanished(archive: WalArchive, receipts: Receipts): void {
  if (!receipts.any) return;
  throw new JemError('repository-unusable', `The archive ${archive.display} has vanished`, {
    why: 'Files were stored there before, and now there is no such folder: its disk may not be mounted.',
    hint: `Mount it; the server keeps its log meanwhile. If it was moved away on purpose: mkdir -p '${archive.display}'`,
  });
}
