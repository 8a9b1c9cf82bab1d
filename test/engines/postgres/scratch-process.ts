import { homedir, tmpdir } from 'node:os';
import { openPostgres } from '../../../src/engines/postgres/connection.ts';
import { openPostgresScratch } from '../../../src/engines/postgres/scratch/open.ts';
import { parsePostgresTarget } from '../../../src/engines/postgres/target.ts';

/** Opens a scratch database like the one at a URL, tells where it is, and keeps it for ever. */
const [url = '', binaries = '', cache = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const env = { XDG_CACHE_HOME: cache, TMPDIR: tmpdir() };
const environment = { env, cwd: '/', home: homedir(), user: 'postgres' };
const target = await parsePostgresTarget(url, environment);
const like = await openPostgres(target, {
  ...{ signal, applicationName: 'jem-db', connectTimeout: 10_000, mode: 'existing' },
  warn: () => {},
});
const scratch = await openPostgresScratch({
  ...{ like, place: null, binaries, ledgerTable: 'jem_db_migrations', environment, signal },
});
const session = await scratch.connect();
const [row] = await session.query(
  `select current_setting('data_directory') as folder, pg_backend_pid() as pid`,
);
process.stdout.write(`${JSON.stringify(row)}\n`);
setInterval(() => {}, 1000);
