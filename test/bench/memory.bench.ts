import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { postgresVersions, sharedPostgres } from '../support/postgres.ts';
import { measure, median, medianRatio, type Measurement } from './measure.ts';
import { printTable } from './table.ts';
import { jemDb, shell, type Tool, type Workplace } from './tools.ts';

const megabytes = 50;
const rounds = 3;
const name = '20260101000001_data';

test.each(['sqlite', 'postgres'] as const)(
  'memory does not follow the size of a migration on %s',
  async (engine) => {
    const small: Measurement[] = [];
    const ours: Measurement[] = [];
    const theirs: Measurement[] = [];
    for (let round = 0; round < rounds; round += 1) {
      small.push(await runOnce(jemDb, engine, 1));
      ours.push(await runOnce(jemDb, engine, megabytes));
      theirs.push(await runOnce(shell, engine, megabytes));
    }
    const rows = [
      { title: 'jem-db, 1 MB', measured: small },
      { title: `jem-db, ${megabytes} MB`, measured: ours },
      { title: `psql / sqlite3, ${megabytes} MB`, measured: theirs },
    ];
    printTable(
      `${engine}: a data migration, median of ${rounds}`,
      ['', 'wall ms', 'CPU ms', 'peak MiB', 'jem-db wall is', 'peak'],
      rows.map(({ title, measured }) => [
        title,
        median(measured.map((one) => one.wallMs)),
        median(measured.map((one) => one.cpuMs)),
        median(measured.map((one) => one.peakMiB)),
        `${medianRatio(ours, measured, 'wallMs').toFixed(2)} ×`,
        `${medianRatio(ours, measured, 'peakMiB').toFixed(2)} ×`,
      ]),
    );
    const more = ours.map((one, round) => one.peakMiB - (small[round]?.peakMiB ?? 0));
    expect(median(more)).toBeLessThan(2 * megabytes);
  },
);

async function runOnce(
  tool: Tool,
  engine: Workplace['engine'],
  size: number,
): Promise<Measurement> {
  await using folder = await temporaryFolder();
  const newest = postgresVersions().at(-1);
  if (!newest) throw new Error('no PostgreSQL');
  const server = await sharedPostgres(newest.major);
  const file = join(folder.path, 'test.db');
  const place: Workplace = {
    engine,
    url: engine === 'postgres' ? await server.createDatabase() : file,
    file,
    psql: join(newest.bin, 'psql'),
    folder: folder.path,
    peers: '',
  };
  await tool.write(place, [{ name, up: '', down: '' }]);
  const script = tool === shell ? 'up.sql' : join('migrations', `${name}.up.sql`);
  await writeData(join(folder.path, script), size, tool === shell);
  return await measure(tool.up(place));
}

/** Writes inserts of 500 rows of 100 bytes, about `size` megabytes of them. */
async function writeData(path: string, size: number, transaction: boolean): Promise<void> {
  await using file = await open(path, 'w');
  if (transaction) await file.write('begin;\n');
  await file.write('create table items (id integer primary key, note text not null);\n');
  const statements = size * 20;
  for (let statement = 0; statement < statements; statement += 1) {
    const rows = Array.from({ length: 500 }, (_, index) => {
      const id = statement * 500 + index;
      return `(${id}, '${String(id).padStart(86, 'some text; ')}')`;
    });
    await file.write(`insert into items values\n${rows.join(',\n')};\n`);
  }
  if (transaction) await file.write('commit;\n');
}
