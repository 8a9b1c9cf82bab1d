import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  barrels,
  engineNames,
  impureLeaves,
  owners,
  processUses,
  strayLibraries,
  wrongWayImports,
} from './rules.ts';
import { readSources, sourceOf } from './sources.ts';

const root = join(import.meta.dirname, '../..');
const sources = await readSources('src');
const engines = await engineFolders();

async function engineFolders(): Promise<string[]> {
  const entries = await readdir(join(root, 'src/engines'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

test('imports go down only', () => {
  expect(wrongWayImports(sources)).toEqual([]);
});

test('each library has one owner', async () => {
  expect(strayLibraries(sources)).toEqual([]);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(Object.keys(owners)).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
});

test('no engine is named outside its folder', () => {
  expect(engineNames(sources, engines)).toEqual([]);
});

test('the process belongs to cli', () => {
  expect(processUses(sources)).toEqual([]);
});

test('pure modules do no I/O', () => {
  expect(impureLeaves(sources)).toEqual([]);
});

test('no file hands on the exports of another', () => {
  expect(barrels(sources)).toEqual([]);
});

test.each([
  { path: 'src/migrate/a.ts', text: "import { a } from '../commands/b.ts';" },
  { path: 'src/migrate/a.ts', text: "import { a } from '../backup/b.ts';" },
  { path: 'src/migrate/a.ts', text: "import { a } from '../output/b.ts';" },
  { path: 'src/migrate/a.ts', text: "await import('../engines/sqlite/b.ts');" },
  { path: 'src/engines/sqlite/a.ts', text: "import { a } from '../postgres/b.ts';" },
  { path: 'src/engines/sqlite/a.ts', text: "import { a } from '../registry.ts';" },
  { path: 'src/engines/sqlite/a.ts', text: "import { a } from '../../migrate/b.ts';" },
  { path: 'src/errors.ts', text: "import { a } from './sql/b.ts';" },
  { path: 'src/utils/a.ts', text: '' },
])('seen as the wrong way: $path with $text', ({ path, text }) => {
  expect(wrongWayImports([sourceOf(path, text)])).toEqual([expect.stringMatching(/^src\/.*:1 /)]);
});

test.each([
  { path: 'src/migrate/a.ts', text: "const { Client } = await import('pg');" },
  { path: 'src/engines/sqlite/a.ts', text: "import chalk from 'chalk';" },
  { path: 'src/engines/postgres/a.ts', text: "import { a } from 'better-sqlite3/lib/a.js';" },
  { path: 'src/migrate/a.ts', text: "import { a } from 'left-pad';" },
])('seen as a stray library: $path with $text', ({ path, text }) => {
  expect(strayLibraries([sourceOf(path, text)])).toHaveLength(1);
});

test('a library for one file is seen in a second', () => {
  const text = "import { Umzug } from 'umzug';";
  const two = [sourceOf('src/migrate/a.ts', text), sourceOf('src/migrate/b.ts', text)];
  expect(strayLibraries(two)).toHaveLength(1);
});

test.each(["if (name === 'sqlite') {", 'const x = "postgres";', 'case `sqlite`:'])(
  'seen as an engine named: %s',
  (text) => {
    expect(engineNames([sourceOf('src/migrate/a.ts', text)], engines)).toHaveLength(1);
    expect(engineNames([sourceOf('src/engines/sqlite/a.ts', text)], engines)).toEqual([]);
  },
);

test.each(["const home = process.env['HOME'];", 'process.exit(1);', "process.on('SIGINT', f);"])(
  'seen as a use of the process: %s',
  (text) => {
    expect(processUses([sourceOf('src/output/a.ts', text)])).toHaveLength(1);
  },
);

test.each(['src/sql/a.ts', 'src/errors.ts'])('seen as impure: %s reads a file', (path) => {
  const text = "import { readFile } from 'node:fs/promises';";
  expect(impureLeaves([sourceOf(path, text)])).toHaveLength(1);
});

test.each([
  { path: 'src/migrate/a.ts', text: "export * from './b.ts';" },
  { path: 'src/migrate/index.ts', text: 'export const a = 1;' },
])('seen as a barrel: $path with $text', ({ path, text }) => {
  expect(barrels([sourceOf(path, text)])).toHaveLength(1);
});

test('a comment is no finding', () => {
  const text = "// as 'sqlite' and process.env\n/** from 'pg' */\n";
  const source = sourceOf('src/migrate/a.ts', text);
  expect(engineNames([source], engines)).toEqual([]);
  expect(strayLibraries([source])).toEqual([]);
  expect(processUses([source])).toEqual([]);
});
