'use strict';

// What SQLite does at length is done in threads: from dist, whoever starts them. The path is named
// here, which is at the same place beside it for the sources and for what was built of them.
const { join } = require('node:path');
const { Worker } = require('node:worker_threads');

/** @param {unknown} workerData */
exports.startSqliteThread = (workerData) =>
  new Worker(join(__dirname, '../dist/sqlite-thread.cjs'), { workerData });
