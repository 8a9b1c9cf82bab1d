import type { Schema } from '../engines/schema.ts';
import { findMigration } from './find.ts';
import { readMigrationFolder } from './folder.ts';
import type { Migration } from './migration.ts';
import { replay } from './replay.ts';
import { openScratch, type ScratchBench } from './scratch.ts';

export interface FolderVersion {
  readonly folder: string;
  /** The last migration that counts; null: all of them. */
  readonly version: string | null;
}

/** The schema that a migrations folder produces up to a version, replayed in a scratch database. */
export function folderSchema(
  bench: ScratchBench,
  { folder, version }: FolderVersion,
): Promise<Schema> {
  const { engine, setup } = bench;
  const { cwd, layout } = setup;
  const { migrations } = readMigrationFolder({ folder, layout, engine: engine.name, cwd });
  const last = version === null ? null : findMigration(migrations, version, cwd);
  const wanted = last === null ? migrations : migrations.slice(0, migrations.indexOf(last) + 1);
  return schemaAfter(bench, wanted);
}

/** The schema that a text of SQL (a dump, say) produces in a scratch database. */
export function scriptSchema(
  bench: ScratchBench,
  file: string,
  bytes: Uint8Array,
): Promise<Schema> {
  const up = { file, kind: 'sql', options: {}, read: () => bytes } as const;
  const migration: Migration = { name: file, version: [], up, down: null };
  return schemaAfter(bench, [migration]);
}

async function schemaAfter(bench: ScratchBench, migrations: readonly Migration[]): Promise<Schema> {
  await using scratch = await openScratch(bench);
  await using session = await scratch.connect();
  await replay({ scratch, session }, bench.setup, migrations);
  return await session.schema(bench.setup);
}
