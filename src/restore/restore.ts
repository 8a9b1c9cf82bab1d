import type { LogicalSource, Restored, RestoreOptions } from '../engines/backing-up.ts';
import type { Target } from '../engines/engine.ts';
import type { RecoverySettings } from '../engines/recovering.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import type { Repository } from '../repository/contract.ts';
import { fullName } from '../repository/full-name.ts';
import type { LogicalManifest, Manifest } from '../repository/manifest.ts';
import { chosenId } from '../repository/named.ts';
import { engineNamed } from '../target.ts';

export interface RestoreWish extends RestoreOptions {
  /** Throws where the user does not agree to lose what the target holds. */
  readonly onDestroy: (holds: string, backup: RestoreResult['backup']) => Promise<void>;
}

export interface RestoreResult extends Omit<Restored, 'warnings'> {
  readonly backup: Pick<Manifest, 'id' | 'kind' | 'engine' | 'database' | 'serverVersion'>;
  readonly into: string;
  /** What was destroyed; null where nothing was. */
  readonly replaced: string | null;
  /** Null: everything. */
  readonly tables: readonly string[] | null;
  /** Of a cluster: how it recovers when it is started; null: it is as the backup has it. */
  readonly recovery: RecoverySettings | null;
}

/**
 * Restores a backup, its files checked first, into a database of the user's. Throws
 * `backup-missing`, `backup-corrupt`, `restore-refused`, and as `Restoring` does.
 */
export async function restoreBackup(
  repository: Repository,
  word: string,
  into: Target,
  wish: RestoreWish,
): Promise<RestoreResult & Pick<Restored, 'warnings'>> {
  const id = await chosenId(repository, word);
  const manifest = await repository.manifest(id);
  await refuseOtherEngine(manifest, into);
  if (manifest.kind !== 'logical') throw intoAFolder(manifest);
  refuseUnknownTables(manifest, wish.tables ?? []);
  wish.onProgress({ done: 0, total: 0, what: 'checking the files of the backup' });
  await using files = await repository.source(id);
  const { content, schema } = manifest;
  const source: LogicalSource = { ...files, content, schema };
  const restoring = await (await engineNamed(into.engine)).restoring();
  const { holds } = await restoring.look(into, wish);
  if (holds !== null) {
    if (!wish.clean) throw notEmpty(into, holds);
    await wish.onDestroy(holds, manifest);
  }
  const restored = await restoring.restore(source, into, wish);
  const { kind, engine, database, serverVersion } = manifest;
  return {
    ...restored,
    backup: { id, kind, engine, database, serverVersion },
    into: into.display,
    replaced: holds,
    tables: wish.tables,
    recovery: null,
  };
}

async function refuseOtherEngine({ id, engine }: Manifest, into: Target): Promise<void> {
  if (engine === into.engine) return;
  const [from, to] = await Promise.all([engineNamed(engine), engineNamed(into.engine)]);
  throw new JemError('restore-refused', `A backup of ${from.title} fits no ${to.title} database`, {
    why: `Backup ${id} is of ${from.title}; ${into.display} is not.`,
    hint: `Name a database of ${from.title} with --into.`,
  });
}

function refuseUnknownTables({ id, content }: LogicalManifest, tables: readonly string[]): void {
  const known = content.tables.flatMap((table) => [fullName(table), table.name]);
  const unknown = tables.find((table) => !known.includes(table));
  if (unknown === undefined) return;
  throw new JemError('usage', `Backup ${id} holds no table "${unknown}"`, {
    hint: `\`jem-db backup show ${id}\` lists them.${didYouMean(unknown, known)}`,
  });
}

function intoAFolder({ id }: Manifest): JemError {
  return new JemError('usage', `Backup ${id} is one of a whole cluster`, {
    why: 'It is restored into a folder, in which a server is then started.',
    hint: 'Name a folder that is empty or missing: --into DIR',
  });
}

function notEmpty(into: Target, holds: string): JemError {
  return new JemError('restore-refused', `${into.display} is not empty`, {
    why: `It holds ${holds}.`,
    hint: 'Name another database with --into, or replace this one with --clean: it asks first.',
  });
}
