import { createRequire } from 'node:module';
import { join } from 'node:path';
import { execa } from 'execa';
import { rolldown } from 'rolldown';
import { beforeAll, expect, inject, test } from 'vitest';
import { temporaryFolder } from '../../../support/folders.ts';
import { postgresVersions, sharedPostgres } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { running } from './backups.ts';

const require = createRequire(import.meta.url);
const program = join(inject('runFolder'), `backup-process-${process.pid}.mjs`);

beforeAll(async () => {
  const build = await rolldown({
    input: join(import.meta.dirname, 'backup-process.ts'),
    platform: 'node',
    transform: { target: 'node20' },
    external: [/^node:/, 'pg-native'],
    plugins: [
      {
        name: 'libraries-of-this-project',
        resolveId: (source) =>
          source === 'execa' ? { id: require.resolve('execa'), external: true } : null,
      },
    ],
  });
  await build.write({ file: program, format: 'esm', codeSplitting: false });
  await build.close();
});

test('killed with SIGKILL, its pg_dump and all sessions end', async () => {
  const [{ major, bin } = { major: 0, bin: '' }] = postgresVersions();
  const server = await sharedPostgres(major);
  const url = await server.createDatabase();
  const name = new URL(url).pathname.slice(1);
  await server.psql(
    `create table t as select n, repeat(md5(n::text), 20) as v from generate_series(1, 400000) n`,
    name,
  );
  const { path: folder } = await temporaryFolder();
  const child = execa('node', [program, url, bin, folder], { reject: false });
  const copying = `select count(*) from pg_stat_activity where datname = '${name}' and query like 'COPY%'`;
  await until('pg_dump to read', async () => (await server.psql(copying)) !== '0');
  child.kill('SIGKILL');
  expect((await child).signal).toBe('SIGKILL');
  await until('the end of pg_dump', async () => (await running(`--file=${folder}`)).length === 0);
  await until('the end of its sessions', async () => {
    const sessions = `select count(*) from pg_stat_activity where datname = '${name}'`;
    return (await server.psql(sessions)) === '0';
  });
});
