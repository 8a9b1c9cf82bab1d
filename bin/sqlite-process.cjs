'use strict';

// A statement of SQLite cannot be interrupted, nor can the thread that it runs in; a process can be
// ended. It reads, and answers with one line of JSON.
const { spawn } = require('node:child_process');
const { closeSync, openSync, readSync, writeSync } = require('node:fs');

if (require.main === module)
  writeSync(1, JSON.stringify(answer(process.argv[2] ?? '', process.argv[3] ?? '')));

/**
 * @param {string} file
 * @param {string} sql One statement; empty: the first bytes of the file, in hexadecimal.
 */
function answer(file, sql) {
  try {
    return { rows: sql === '' ? [[header(file)]] : rowsOf(file, sql) };
  } catch (error) {
    const { message, code } = /** @type {Error & { code?: unknown }} */ (error);
    return { message, code: typeof code === 'string' ? code : null };
  }
}

/**
 * @param {string} file
 * @param {string} sql
 */
function rowsOf(file, sql) {
  const Driver = require('better-sqlite3');
  const db = new Driver(file, { readonly: true, fileMustExist: true, timeout: 100 });
  return db.prepare(sql).raw().all();
}

/** @param {string} file */
function header(file) {
  const bytes = Buffer.alloc(100);
  const opened = openSync(file, 'r');
  readSync(opened, bytes, 0, bytes.length, 0);
  closeSync(opened);
  return bytes.toString('hex');
}

/**
 * @param {string} file
 * @param {string} sql
 */
exports.startSqliteProcess = (file, sql) =>
  spawn(process.execPath, [__filename, file, sql], { stdio: ['ignore', 'pipe', 'ignore'] });
