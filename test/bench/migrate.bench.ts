import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { measure, median, medianRatio, type Command, type Measurement } from './measure.ts';
import { installPeers } from './peers.ts';
import { printTable } from './table.ts';
import { smallMigrations, tools, type Tool, type Workplace } from './tools.ts';

const acts = ['up', 'status', 'down'] as const;
type Act = (typeof acts)[number];
type Results = ReadonlyMap<string, Readonly<Record<Act, Measurement[]>>>;

/** At 1,000 migrations, the wall time of `up` against the quickest peer of these. */
const limits = {
  postgres: { peers: tools.slice(1, -1).map(({ name }) => name), ratio: 0.8 },
  sqlite: { peers: ['dbmate (binary)'], ratio: 0.5 },
};

const sizes = [
  { count: 1, rounds: 7 },
  { count: 100, rounds: 5 },
  { count: 1000, rounds: 3 },
];

const peers = await installPeers();

describe.each(['sqlite', 'postgres'] as const)('small migrations on %s', (engine) => {
  const contestants = tools.filter((tool) => tool.engines.includes(engine));

  test.each(sizes)('$count of them', async ({ count, rounds }) => {
    const results: Results = new Map(
      contestants.map(({ name }) => [name, { up: [], status: [], down: [] }]),
    );
    for (let round = 0; round < rounds; round += 1) {
      for (const tool of contestants) await runOnce(tool, engine, count, results);
    }
    for (const act of acts) print(engine, count, rounds, act, results);
    const { peers: names, ratio } = limits[engine];
    expect(ratioToBest(results, names)).toBeLessThanOrEqual(count === 1000 ? ratio : Infinity);
  });
});

async function runOnce(
  tool: Tool,
  engine: Workplace['engine'],
  count: number,
  results: Results,
): Promise<void> {
  await using folder = await temporaryFolder();
  const place = await workplace(engine, folder.path);
  await tool.write(place, smallMigrations(count));
  const commands: Record<Act, Command | null> = {
    up: tool.up(place),
    status: tool.status(place),
    down: tool.down(place, count),
  };
  for (const act of acts) {
    const command = commands[act];
    if (command === null) continue;
    results.get(tool.name)?.[act].push(await measure(command));
    const tables = await countTables(place);
    if (tables !== (act === 'down' ? 0 : count)) {
      throw new Error(`${tool.name} ${act} of ${count} left ${tables} tables`);
    }
  }
}

async function countTables(place: Workplace): Promise<number> {
  const postgres = "select count(*) from pg_tables where tablename ~ '^t[0-9]+$'";
  const sqlite = "select count(*) from sqlite_schema where type = 'table' and name glob 't[0-9]*'";
  const { stdout } =
    place.engine === 'postgres'
      ? await execa(place.psql, ['-XAtqc', postgres, place.url])
      : await execa('sqlite3', [place.file, sqlite]);
  return Number(stdout);
}

async function workplace(engine: Workplace['engine'], folder: string): Promise<Workplace> {
  const newest = postgresVersions().at(-1);
  if (!newest) throw new Error('no PostgreSQL');
  const file = join(folder, 'test.db');
  const work = join(folder, 'work');
  await mkdir(work);
  await symlink(peers, join(work, 'node_modules'));
  const server = await sharedPostgres(newest.major);
  const url = engine === 'postgres' ? await server.createDatabase() : file;
  return { engine, url, file, psql: join(newest.bin, 'psql'), folder: work, peers };
}

function print(engine: string, count: number, rounds: number, act: Act, results: Results): void {
  const ours = results.get('jem-db')?.[act] ?? [];
  printTable(
    `${engine}: ${act} of ${count}, median of ${rounds}`,
    ['', 'wall ms', 'CPU ms', 'peak MiB', 'jem-db wall is', 'CPU', 'peak'],
    [...results].map(([name, { [act]: theirs }]) =>
      theirs.length === 0
        ? [name, null, null, null, null, null, null]
        : [
            name,
            median(theirs.map((one) => one.wallMs)),
            median(theirs.map((one) => one.cpuMs)),
            median(theirs.map((one) => one.peakMiB)),
            `${medianRatio(ours, theirs, 'wallMs').toFixed(2)} ×`,
            `${medianRatio(ours, theirs, 'cpuMs').toFixed(2)} ×`,
            `${medianRatio(ours, theirs, 'peakMiB').toFixed(2)} ×`,
          ],
    ),
  );
}

function ratioToBest(results: Results, names: readonly string[]): number {
  const ours = results.get('jem-db')?.up ?? [];
  const ratios = names.map((name) => results.get(name)?.up ?? []).filter((one) => one.length > 0);
  return Math.max(...ratios.map((theirs) => medianRatio(ours, theirs, 'wallMs')));
}
