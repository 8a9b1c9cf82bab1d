import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import type { LogicalSource } from '../../../../src/engines/backing-up.ts';
import { postgresRestoring } from '../../../../src/engines/postgres/backup/restoring.ts';
import { parsePostgresTarget } from '../../../../src/engines/postgres/target.ts';

/** Restores the dump that a file describes, into a URL or else into a throwaway server. */
const [described = '', binaries = '', cache = '', url = ''] = process.argv.slice(2);
const { path, ...known } = JSON.parse(readFileSync(described, 'utf8')) as LogicalSource & {
  readonly path: string;
};
const source: LogicalSource = {
  ...known,
  open: () => {
    throw new Error('only the folder is read');
  },
  folder: () => Promise.resolve(path),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const env = { XDG_CACHE_HOME: cache, TMPDIR: tmpdir() };
const environment = { env, cwd: '/', home: homedir(), user: 'postgres' };
const common = {
  ...{ jobs: 2, binaries, ledgerTable: 'jem_db_migrations', onProgress: () => {} },
  signal: new AbortController().signal,
};
if (url === '') {
  await postgresRestoring.restoreIntoScratch(source, {
    ...{ ...common, environment, like: null, place: null },
  });
} else {
  const into = await parsePostgresTarget(url, environment);
  await postgresRestoring.restore(source, into, {
    ...{ ...common, connectTimeout: 10_000, clean: false, tables: null },
  });
}
