import type { Worker } from 'node:worker_threads';

export function startWorker(workerData: unknown): Worker;
