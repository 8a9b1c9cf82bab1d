import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { JsonDocument } from '../support/cli.ts';
import type { TestDatabase, TestEngine } from '../support/databases.ts';
import { type Project, project, twoMigrations } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

/** A migrated database with some rows, and a project whose backups lie in its `backups`. */
export interface Filled extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly work: Project;
}

export async function filled({ create }: TestEngine): Promise<Filled> {
  const database = await create();
  const work = await project(twoMigrations, database.url);
  expect((await work.run(['migrate', 'up'])).exitCode).toBe(0);
  await database.sql("insert into users (id, name) values (1, 'Ada'), (2, 'Grace')");
  await database.sql('insert into notes (id, user_id) values (1, 1), (2, 1), (3, 2)');
  return {
    database,
    work,
    async [Symbol.asyncDispose]() {
      await work[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What a backup of it holds, with the ledger and what is kept beside that. */
export function heldIn({ engine }: TestEngine): { readonly tables: number; readonly rows: number } {
  const recorded = engine === 'postgres' ? 1 : 0;
  return { tables: 3 + recorded, rows: 7 + recorded };
}

export interface Backup {
  readonly id: string;
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly encrypted: boolean;
}

/** Runs a command that must end with `exitCode`; returns the result of its document. */
export async function resultOf<Result>(
  work: Project,
  args: readonly string[],
  exitCode = 0,
  env: Record<string, string> = {},
): Promise<Result> {
  const done = await work.run([...args, '--json'], { env });
  const document: JsonDocument<Result> = done.json<Result>();
  expect(done.exitCode, done.stdout + done.stderr).toBe(exitCode);
  expect(schemaErrors(document as JsonDocument), args.join(' ')).toEqual([]);
  return document.result;
}

export async function backUp(work: Project, ...args: string[]): Promise<Backup> {
  return (await resultOf<{ backup: Backup }>(work, ['backup', 'create', ...args])).backup;
}

/** Paths of the files in which a backup keeps data, the manifest and proofs left out. */
export async function dataFiles(work: Project, id: string): Promise<string[]> {
  const folder = join(work.path, 'backups', id);
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/proofs/'));
}
