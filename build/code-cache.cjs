/// <reference types="node" />
'use strict';

// Runs jem-db on throwaway targets and keeps, for each file of dist, the code that V8 has compiled
// by then: what these runs do starts without compiling from then on.
const { spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { endianness, tmpdir } = require('node:os');
const { join } = require('node:path');
const threads = require('node:worker_threads');
const { folder, loadDist } = require('../bin/code-cache.cjs');

const nowhere = 'postgresql://nobody@127.0.0.1:1/none?sslmode=disable';
const little = endianness() === 'LE';
const segment = '000000010000000000000001';
const runs = [
  { args: ['migrate', 'status', '-d', nowhere], exitCode: 3 },
  { args: ['migrate', 'up'], exitCode: 0 },
  { args: ['migrate', 'status'], exitCode: 0 },
  { args: ['migrate', 'lint', '--all', '-d', nowhere], exitCode: 0 },
  { args: ['migrate', 'check'], exitCode: 0 },
  { args: ['schema', 'verify'], exitCode: 0 },
  { args: ['schema', 'dump'], exitCode: 0 },
  { args: ['backup', 'create', '--verify'], exitCode: 0 },
  { args: ['backup', 'list'], exitCode: 0 },
  { args: ['backup', 'wal', 'push', segment], exitCode: 0 },
  { args: ['backup', 'wal', 'push', segment], exitCode: 0 },
  { args: ['backup', 'wal', 'fetch', segment, 'fetched'], exitCode: 0 },
  { args: ['backup', 'wal', 'fetch', '00000002.history', 'fetched'], exitCode: 1 },
];

if (!threads.isMainThread) keepCode('cli.cjs').work();
else if (process.argv[2] === 'run') run();
else warmUp();

function warmUp() {
  const cwd = mkdtempSync(join(tmpdir(), 'jem-db-build-'));
  const env = { HOME: cwd };
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(cwd, 'migrations'));
  writeFileSync(join(cwd, 'migrations/1_first.up.sql'), 'CREATE TABLE first (id integer);');
  writeFileSync(join(cwd, segment), emptySegment());
  mkdirSync(join(cwd, 'global'));
  writeFileSync(join(cwd, 'global/pg_control'), controlFile());
  try {
    for (const { args, exitCode } of runs) {
      const options = { cwd, env, encoding: 'utf8' };
      const { status, stderr } = spawnSync(process.execPath, [__filename, 'run', ...args], options);
      if (status !== exitCode)
        throw new Error(`jem-db ${args.join(' ')} gave ${status}: ${stderr}`);
    }
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** A segment of 1 MB as PostgreSQL begins one, on a machine of this byte order. */
function emptySegment() {
  const bytes = new Uint8Array(2 ** 20);
  const fields = new DataView(bytes.buffer);
  fields.setUint16(0, 0xd118, little);
  fields.setUint16(2, 2, little);
  fields.setUint32(4, 1, little);
  fields.setBigUint64(8, 2n ** 20n, little);
  fields.setBigUint64(24, 1n, little);
  fields.setUint32(32, 2 ** 20, little);
  return bytes;
}

/** As a cluster of identifier 1 has it. */
function controlFile() {
  const fields = new DataView(new ArrayBuffer(512));
  fields.setBigUint64(0, 1n, little);
  fields.setUint32(8, 1800, little);
  return new Uint8Array(fields.buffer);
}

function run() {
  process.argv.splice(2, 1);
  const { Worker } = threads;
  // A command that runs in a thread of its own is kept there.
  threads.Worker = class extends Worker {
    /**
     * @param {string} file
     * @param {import('node:worker_threads').WorkerOptions} options
     */
    constructor(file, options) {
      super(file.endsWith('worker.cjs') ? __filename : file, options);
    }
  };
  const isShort = process.argv.slice(2, 4).join(' ') === 'backup wal';
  keepCode(isShort ? 'wal.cjs' : 'cli.cjs').main();
}

/** @param {string} entry */
function keepCode(entry) {
  /** @type {Map<string, import('node:vm').Script>} */
  const scripts = new Map();
  const program = loadDist(
    () => undefined,
    entry,
    (name, script) => scripts.set(name, script),
  );
  process.on('exit', () => {
    for (const [name, script] of scripts) keepLonger(name, script.createCachedData());
  });
  return program;
}

/**
 * Of several runs the one that compiled most of a file serves best.
 * @param {string} name
 * @param {Buffer} code
 */
function keepLonger(name, code) {
  const file = join(folder, `${name}.bin`);
  const kept = statSync(file, { throwIfNoEntry: false });
  if (!kept || kept.size < code.length) writeFileSync(file, code);
}
