import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { postgresRestoring } from '../../../../src/engines/postgres/backup/restoring.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { type PostgresServer, postgresVersions, startPostgres } from '../../../support/postgres.ts';
import { processEnd } from '../../../support/processes.ts';
import { until } from '../../../support/until.ts';
import { bundled } from '../bundled.ts';
import { placeAt } from '../scratching.ts';
import { type Dump, dumpOf, restoring } from './dumps.ts';

let program: string;

beforeAll(async () => {
  program = await bundled(join(import.meta.dirname, 'restore-process.ts'));
});

/** Its restore alone stands still, at the index. */
const slow = `create table orders (id int); insert into orders values (1);
  create function slow(int) returns int immutable language plpgsql as $$
  begin if current_setting('data_directory') !~ '/pg-' or current_database() ~ '_restore_'
    then perform pg_sleep(600); end if; return $1; end $$;
  create index on orders (slow(id))`;

async function started(dump: Dump, bin: string, url = '') {
  const { path } = await temporaryFolder();
  const described = join(path, 'source.json');
  await writeFile(described, JSON.stringify(dump));
  const cache = join(inject('runFolder'), 'cache');
  // A process of execa is a promise too: bare, it would be awaited.
  return { process: execa('node', [program, described, bin, cache, url], { reject: false }) };
}

async function isOne(server: PostgresServer, rest: string): Promise<boolean> {
  return (await server.psql(`select 1 ${rest} limit 1`)) === '1';
}

/** Process ids of programs whose command line holds a text. */
async function processesOf(text: string): Promise<number[]> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    all.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return all.filter(
    (_, index) => lines[index]?.includes(text) && lines[index]?.includes('pg_restore'),
  );
}

describe.each(postgresVersions())(
  'killed with SIGKILL while it restores, PostgreSQL $major',
  ({ bin }) => {
    test('into a throwaway server, all of it ends and is gone', async () => {
      await using server = await startPostgres({ bin });
      await server.psql(slow);
      const dump = await dumpOf(server.url('postgres'), bin);
      const running = await started(dump, bin);
      const folder = await until('the throwaway server to stand still', async () => {
        const names = await readdir('/dev/shm');
        const ours = names.filter((name) => name.startsWith('jem-db-scratch-'));
        const found = await Promise.all(
          ours.map(async (name) => {
            const socket = join('/dev/shm', name);
            const sql = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`;
            const asked = await execa(
              join(bin, 'psql'),
              ['-XAtq', '-h', socket, '-U', 'postgres', '-d', 'postgres', '-c', sql],
              { reject: false },
            );
            return asked.stdout === '' ? [] : [socket];
          }),
        );
        return found.flat()[0] ?? null;
      });
      const tools = await processesOf(dump.path);
      expect(tools.length).toBeGreaterThan(1);
      const [postmaster] = (await readFile(join(folder, 'data/postmaster.pid'), 'utf8')).split(
        '\n',
      );
      running.process.kill('SIGKILL');
      await Promise.all([...tools, Number(postmaster)].map(processEnd));
      await until(
        'the folder to be gone',
        async () =>
          !(await readdir(dirname(folder))).includes(folder.slice(dirname(folder).length + 1)),
      );
    });

    test('into a database, pg_restore ends, and the next restore drops what it left', async () => {
      await using server = await startPostgres({ bin });
      await server.psql(slow);
      await server.psql('create database app');
      const dump = await dumpOf(server.url('postgres'), bin);
      const running = await started(dump, bin, server.url('app'));
      await until('the restore to stand still', async () =>
        isOne(server, `from pg_stat_activity where wait_event = 'PgSleep'`),
      );
      const tools = await processesOf(dump.path);
      running.process.kill('SIGKILL');
      await Promise.all(tools.map(processEnd));
      const sides = `select datname from pg_database where datname ~ '_restore_'`;
      expect(await server.psql(sides)).toMatch(/^app_restore_\d{14}_[0-9a-f]{6}$/);
      await server.psql('drop index orders_slow_idx');
      await until('the session of the killed run to end', async () =>
        isOne(
          server,
          `where not exists (select from pg_stat_activity where application_name ~ '_restore_')`,
        ),
      );
      const again = await dumpOf(server.url('postgres'), bin);
      await postgresRestoring.restore(
        again,
        await placeAt(server.url('app')),
        restoring({ binaries: bin }),
      );
      expect(await server.psql(sides)).toBe('');
      expect(await server.psql('select count(*) from orders', 'app')).toBe('1');
    });
  },
);
