import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { RestoreOptions, LogicalSource } from '../../../../src/engines/backing-up.ts';
import { readFacts } from '../../../../src/engines/postgres/backup/read-facts.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { opened } from '../connecting.ts';

export interface Dump extends LogicalSource {
  readonly path: string;
}

/** A dump of the database at a URL with all that a published backup knows for its restore. */
export async function dumpOf(
  url: string,
  bin: string,
  options: readonly string[] = [],
): Promise<Dump> {
  const { path: base } = await temporaryFolder();
  const path = join(base, 'dump');
  await execa(join(bin, 'pg_dump'), ['-Fd', '-f', path, '-d', url, ...options], {
    // The settings of a database bear on pg_dump too.
    env: { PGOPTIONS: '-c role=none' },
  });
  const { stdout } = await execa(join(bin, 'pg_dump'), ['--version']);
  await using session = await opened(url);
  await session.query('set search_path = pg_catalog');
  const version = /\d\S*/.exec(stdout)?.[0] ?? '';
  const facts = await readFacts(session, { version, compression: 'gzip' });
  const { signal } = new AbortController();
  const schema = await session.schema({ ledgerTable: 'jem_db_migrations', signal });
  await using reader = await opened(
    `${url}${url.includes('?') ? '&' : '?'}options=-c%20role%3Dnone`,
  );
  const content = await reader.content({
    ...{ ledgerTable: 'jem_db_migrations', signal, jobs: 1, onProgress: () => {} },
  });
  return sourceAt(path, {
    ...{ serverVersion: session.serverVersion, facts: { ...facts }, schema, content },
  });
}

function sourceAt(
  path: string,
  {
    serverVersion,
    facts,
    schema,
    content,
  }: Pick<LogicalSource, 'serverVersion' | 'facts' | 'schema' | 'content'>,
): Dump {
  return {
    ...{ path, serverVersion, facts, files: [] },
    content,
    schema,
    open: () => {
      throw new Error('only the folder is read');
    },
    folder: () => Promise.resolve(path),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A copy of a dump that a test may damage. */
export async function copyOf(dump: Dump): Promise<Dump> {
  const { path: base } = await temporaryFolder();
  const path = join(base, 'dump');
  await mkdir(path);
  await cp(dump.path, path, { recursive: true });
  return sourceAt(path, dump);
}

/** The file with the rows of a table that is the largest. */
export async function dataFiles(dump: Dump): Promise<string[]> {
  const names = await readdir(dump.path);
  return names.filter((name) => /^\d+\.dat/.test(name)).map((name) => join(dump.path, name));
}

/** The usual values of a restore. */
export function restoring(options: Partial<RestoreOptions> = {}): RestoreOptions {
  return {
    signal: new AbortController().signal,
    ...{ jobs: 2, binaries: null, ledgerTable: 'jem_db_migrations', connectTimeout: 10_000 },
    ...{ clean: false, tables: null, onProgress: () => {} },
    ...options,
  };
}
