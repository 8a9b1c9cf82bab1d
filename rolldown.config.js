import { resolve } from 'node:path';
import { defineConfig } from 'rolldown';

const fromHere = (path) => resolve(import.meta.dirname, path);

// What jem-db never calls and every start would pay for: the command line framework inside umzug,
// child_process inside commander, which is for subcommands that are programs of their own, and all of
// fetch, by whose Response pg finds out on Node 20 that it is not on Cloudflare.
const unused = {
  name: 'unused',
  resolveId(source) {
    return source === '@rushstack/ts-command-line' ? fromHere('build/no-command-line.cjs') : null;
  },
  transform(code, id) {
    if (/node_modules.commander.lib/.test(id))
      return code.replace("require('node:child_process')", '{}');
    if (/node_modules.pg.lib.stream\.js/.test(id))
      return code.replace("typeof Response === 'function'", 'false');
    return null;
  },
};

// A server's log is no terminal: nothing moves there.
const noTerminal = {
  name: 'no-terminal',
  resolveId: (source) => (source === 'ora' ? fromHere('build/no-spinner.cjs') : null),
};

// CommonJS with few chunks starts fastest on Node 20: what one command loads together is one file.
const cli = {
  input: { cli: 'src/cli.ts' },
  platform: 'node',
  external: [
    'better-sqlite3',
    'pg-native',
    'jiti',
    'libpg-query',
    /^node:/,
    fromHere('bin/import.cjs'),
    fromHere('bin/worker.cjs'),
    fromHere('bin/sqlite-thread.cjs'),
    fromHere('bin/sqlite-process.cjs'),
  ],
  plugins: [unused],
  transform: { target: 'es2022' },
  output: {
    dir: 'dist',
    format: 'cjs',
    dynamicImportInCjs: false,
    cleanDir: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        {
          name: 'folder',
          test: /src.(sql.|migrate.(layouts|setup|state|load|folder|order|naming|listing|module|status|migration|checksum|statements-ledger))/,
        },
      ],
    },
  },
};

// A file of its own: chunks that both shared would be more to load at every start.
const sqliteThread = {
  input: { 'sqlite-thread': 'src/engines/sqlite/backup/thread.ts' },
  platform: 'node',
  external: ['better-sqlite3', /^node:/],
  transform: { target: 'es2022' },
  output: { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
};

// The way of archive_command and restore_command, with nothing in it for other commands.
const wal = {
  ...cli,
  input: { wal: 'src/cli/short.ts' },
  plugins: [unused, noTerminal],
  output: {
    dir: 'dist',
    format: 'cjs',
    dynamicImportInCjs: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        // With http and TLS: half of the start.
        { name: 'wal-bucket', test: /src.repository.s3./, priority: 1 },
        { name: 'wal-short', test: /./ },
      ],
    },
    // Reading it is a good part of its start.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  },
};

export default defineConfig([cli, sqliteThread, wal]);
