import { access, chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pgbouncerPath } from './pgbouncer-path.ts';
import { createServer, createTemplate, type PostgresAddress } from './postgres-server.ts';
import { findPostgresVersions, type PostgresVersion } from './postgres-versions.ts';
import { type S3Store, startS3Store } from './s3-server.ts';
import { startSweeper } from './sweeper.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Everything this run creates lies in here. */
    runFolder: string;
    postgresVersions: readonly PostgresVersion[];
    sharedServers: readonly PostgresAddress[];
    /** Null: nothing that such a store is made of is installed. */
    s3Store: S3Store | null;
  }
}

/** Starts the shared servers; returns what ends them and all that tests left behind. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await builtProgram();
  const versions = await findPostgresVersions();
  await pgbouncerPath();
  const runFolder = await mkdtemp(join(tmpdir(), 'jem-db-test-'));
  await chmod(runFolder, 0o755);
  const end = startSweeper(runFolder);
  try {
    const [s3Store, ...sharedServers] = await Promise.all([
      startS3Store(runFolder),
      ...versions.map((version) => startShared(version, runFolder)),
    ]);
    project.provide('runFolder', runFolder);
    project.provide('postgresVersions', versions);
    project.provide('sharedServers', sharedServers);
    project.provide('s3Store', s3Store);
  } catch (error) {
    await end();
    throw error;
  }
  return end;
}

async function startShared(version: PostgresVersion, runFolder: string): Promise<PostgresAddress> {
  const template = join(runFolder, `template-${version.major}`);
  await createTemplate(version.bin, template);
  const root = join(runFolder, `shared-${version.major}`);
  const { port, socketFolder, dataFolder } = await createServer(version, template, root);
  return { ...version, port, socketFolder, dataFolder };
}

async function builtProgram(): Promise<void> {
  await access(join(import.meta.dirname, '../../dist/cli.cjs')).catch((cause: unknown) => {
    throw new Error('The tests run the built jem-db: run `npm run build` first.', { cause });
  });
}
