import type { Worker } from 'node:worker_threads';

export function startSqliteThread(workerData: unknown): Worker;
