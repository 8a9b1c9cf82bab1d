import { homedir } from 'node:os';
import { openPostgres } from '../../../../src/engines/postgres/connection.ts';
import { parsePostgresTarget } from '../../../../src/engines/postgres/target.ts';

/** Takes a backup of the database at a URL into a folder. */
const [url = '', binaries = '', folder = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const environment = { env: {}, cwd: '/', home: homedir(), user: 'postgres' };
const target = await parsePostgresTarget(url, environment);
await using session = await openPostgres(target, {
  ...{ signal, applicationName: 'jem-db', connectTimeout: 10_000, mode: 'read' },
  warn: () => {},
});
await session.backup({
  ...{ ledgerTable: 'jem_db_migrations', signal, jobs: 2, binaries, compression: null },
  onProgress: () => {},
  stage: { folder, take: async () => {}, put: async () => {} },
});
