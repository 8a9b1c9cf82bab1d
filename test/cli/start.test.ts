import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { type TestEngine, testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

/** A word that stands in every copy of an engine's driver. */
const driverWords = { sqlite: 'better-sqlite3', postgres: 'SCRAM-SHA-256' } as const;
const heavy = { umzug: 'class Umzug', ora: 'hideCursor', chalk: 'ansi256' } as const;

/** A word that stands in what talks to stores of objects alone. */
const ofStores = 'AWS4-HMAC-SHA256';

/** Writes down what Node.js has loaded, and what the program has read to load it itself. */
const hook = `const fs = require('node:fs');
const { readFileSync: read } = fs;
const files = [];
fs.readFileSync = (file, ...rest) => (files.push(String(file)), read(file, ...rest));
process.on('exit', () =>
  fs.writeFileSync('loaded.json', JSON.stringify([...files, ...Object.keys(require.cache)])));`;

/** The text of everything that one run has loaded from files. */
async function loadedBy(args: string[], { create }: TestEngine): Promise<string> {
  await using database = await create();
  await using work = await project(twoMigrations, database.url);
  await work.run(['migrate', 'up']);
  await work.write({ 'hook.cjs': hook });
  const env = { NODE_OPTIONS: '--require=./hook.cjs' };
  expect((await work.run(args, { env })).exitCode).toBe(0);
  const files = JSON.parse(await readFile(join(work.path, 'loaded.json'), 'utf8')) as string[];
  const texts = files
    .filter((file) => /\.[cm]?js$/.test(file))
    .map((file) => readFile(file, 'utf8'));
  return (await Promise.all(texts)).join('\n') + files.join('\n');
}

describe.each(testEngines())('what a start loads for $title', (row) => {
  it('is the driver of that engine alone, and nothing heavy for a status', async () => {
    const loaded = await loadedBy(['migrate', 'status'], row);
    for (const [engine, word] of Object.entries(driverWords))
      expect([engine, loaded.includes(word)]).toEqual([engine, engine === row.engine]);
    for (const [library, word] of Object.entries(heavy))
      expect([library, loaded.includes(word)]).toEqual([library, false]);
  });

  it('is nothing of a store of objects where backups lie in a folder', async () => {
    const loaded = await loadedBy(['backup', 'create'], row);
    expect(loaded).not.toContain(ofStores);
  });

  it('is no driver at all for the help', async () => {
    const loaded = await loadedBy(['migrate', '--help'], row);
    for (const word of Object.values(driverWords)) expect(loaded).not.toContain(word);
  });
});

it('knows what it looks for: each word stands somewhere in what is built', async () => {
  const dist = join(dirname(cliPath), '../dist');
  const files = (await readdir(dist)).filter((file) => file.endsWith('.cjs'));
  const texts = files.map((file) => readFile(join(dist, file), 'utf8'));
  const built = (await Promise.all(texts)).join('\n');
  for (const word of [...Object.values({ ...driverWords, ...heavy }), ofStores])
    expect(built).toContain(word);
});
