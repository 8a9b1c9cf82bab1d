import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { execa } from 'execa';
import { inject } from 'vitest';
import { serverUser } from './os-user.ts';
import {
  configureServer,
  createServer,
  ownedFolder,
  password,
  serverAt,
  superuser,
  type PostgresServer,
  type ServerSettings,
} from './postgres-server.ts';
import type { PostgresVersion } from './postgres-versions.ts';

export type { PostgresServer };

/** The versions of this run: 15 and 18. */
export function postgresVersions(): readonly PostgresVersion[] {
  return inject('postgresVersions');
}

/** The server of a version that all tests share; isolate by `createDatabase`, never stop it. */
export async function sharedPostgres(major: number): Promise<PostgresServer> {
  const address = inject('sharedServers').find((one) => one.major === major);
  if (!address) throw new Error(`no shared PostgreSQL ${major}`);
  return { ...serverAt(address), [Symbol.asyncDispose]: async () => {} };
}

/** Starts a server of the test's own; `bin` is one of `postgresVersions()`. */
export async function startPostgres(
  options: ServerSettings & { readonly bin: string },
): Promise<PostgresServer> {
  const version = postgresVersions().find((one) => one.bin === options.bin);
  if (!version) throw new Error(`${options.bin} is none of this run's PostgreSQL versions`);
  const template = join(inject('runFolder'), `template-${version.major}`);
  return createServer(version, template, serverFolder(), options);
}

/** Starts a hot standby that streams from `primary`. */
export async function startStandby(
  primary: PostgresServer,
  settings: ServerSettings = {},
): Promise<PostgresServer> {
  const root = serverFolder();
  await ownedFolder(root);
  await execa(
    join(primary.bin, 'pg_basebackup'),
    [
      ...['-D', join(root, 'data'), '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
      ...['-h', primary.socketFolder, '-p', String(primary.port), '-U', superuser],
    ],
    { ...serverUser(), env: { PGPASSWORD: password } },
  );
  const { major, bin } = primary;
  return configureServer({ major, bin }, root, settings);
}

function serverFolder(): string {
  return join(inject('runFolder'), `pg-${randomBytes(4).toString('hex')}`);
}
