import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { measure, median, medianRatio, type Measurement } from './measure.ts';
import { printTable } from './table.ts';

const rounds = 7;

/** A table with what tables have: keys, a reference, a check, an index, a comment. */
function tableSql(number: number): string {
  const parent = number > 1 ? ` references t${number - 1} (id)` : '';
  return `create table t${number} (
  id bigint generated always as identity primary key,
  parent bigint${parent},
  name text not null unique,
  kind varchar(20) not null default 'none' check (kind <> ''),
  made timestamptz not null default now());
create index on t${number} (made, kind);
comment on table t${number} is 'Table number ${number}';
`;
}

async function newest() {
  const version = postgresVersions().at(-1);
  if (!version) throw new Error('no PostgreSQL');
  return { version, server: await sharedPostgres(version.major) };
}

test('reading a schema of 1,000 tables takes a quarter of pg_dump --schema-only', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const { version, server } = await newest();
  const url = await server.createDatabase();
  const sql = Array.from({ length: 1000 }, (_, index) => tableSql(index + 1)).join('');
  await server.psql(sql, new URL(url).pathname.slice(1));
  const ours: Measurement[] = [];
  const theirs: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const args = [cliPath, 'schema', 'dump', '--format', 'json', '-d', url];
    ours.push(await measure({ program: process.execPath, args, cwd }));
    const program = join(version.bin, 'pg_dump');
    theirs.push(await measure({ program, args: ['--schema-only', '-d', url], cwd }));
  }
  const ratio = medianRatio(ours, theirs, 'wallMs');
  printTable(
    `A schema of 1,000 tables, median of ${rounds}`,
    ['', 'wall ms', 'CPU ms', 'peak MiB', 'ratio', 'limit'],
    [
      ['schema dump --format json', ...figures(ours), ratio, 0.25],
      ['pg_dump --schema-only', ...figures(theirs), 1, null],
    ],
  );
  expect.soft(ratio).toBeLessThanOrEqual(0.25);
});

test('schema verify with 100 migrations takes three times the bare replay', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  const { version, server } = await newest();
  await mkdir(join(cwd, 'migrations'));
  for (let number = 1; number <= 100; number += 1)
    await writeFile(
      join(cwd, 'migrations', `${String(number).padStart(4, '0')}_t.up.sql`),
      tableSql(number),
    );
  const live = await server.createDatabase();
  const env = { JEM_DB_POSTGRES_BIN: version.bin };
  const run = async (url: string, ...args: string[]): Promise<Measurement> =>
    measure({ program: process.execPath, args: [cliPath, ...args, '-d', url], cwd, env });
  await run(live, 'migrate', 'up');
  await run(live, 'schema', 'verify');
  const ours: Measurement[] = [];
  const recorded: Measurement[] = [];
  const theirs: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await run(await server.createDatabase(), 'migrate', 'up'));
    ours.push(await run(live, 'schema', 'verify'));
    recorded.push(await run(live, 'schema', 'verify', '--scratch', 'recorded'));
  }
  const ratio = medianRatio(ours, theirs, 'wallMs');
  printTable(
    `schema verify with 100 migrations, median of ${rounds}`,
    ['', 'wall ms', 'CPU ms', 'peak MiB', 'ratio', 'limit'],
    [
      ['schema verify', ...figures(ours), ratio, 3],
      ['--scratch recorded', ...figures(recorded), medianRatio(recorded, theirs, 'wallMs'), null],
      ['migrate up into an empty database', ...figures(theirs), 1, null],
    ],
  );
  expect.soft(ratio).toBeLessThanOrEqual(3);
});

function figures(measured: readonly Measurement[]): [number, number, number] {
  return [
    median(measured.map(({ wallMs }) => wallMs)),
    median(measured.map(({ cpuMs }) => cpuMs)),
    median(measured.map(({ peakMiB }) => peakMiB)),
  ];
}
