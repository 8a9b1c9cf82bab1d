'use strict';

// Both ends of the thread that a command may work in: a main thread that SQLite does not keep busy
// can serve signals.
const { isMainThread, SHARE_ENV, Worker } = require('node:worker_threads');

if (!isMainThread) require('./code-cache.cjs').loadProgram().work();

/**
 * Starts the thread. What it writes to its stdout and stderr comes out of the worker's own streams.
 * @param {unknown} workerData
 */
exports.startWorker = (workerData) =>
  new Worker(__filename, { workerData, env: SHARE_ENV, stdout: true, stderr: true });
