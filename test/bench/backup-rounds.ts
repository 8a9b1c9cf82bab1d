import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PostgresServer } from '../support/postgres-server.ts';
import { childrenOf } from '../support/processes.ts';
import { measure, median, medianRatio, type Command, type Measurement } from './measure.ts';
import { printTable } from './table.ts';

/** Gigabytes of each database; rounds of each pair. */
export const gigabytes = Number(process.env['JEM_DB_BENCH_GB'] ?? 1);
export const rounds = Number(process.env['JEM_DB_BENCH_ROUNDS'] ?? 3);

/** What one command took, with the CPU time of the server that it works on. */
export async function measureOn(
  server: PostgresServer | null,
  command: Command,
): Promise<Measurement> {
  // What the command before has left to be written would be counted to this one.
  await execa('sync');
  const before = server ? await cpuOf(server) : 0;
  const measured = await measure(command);
  const ofServer = server ? (await cpuOf(server)) - before : 0;
  return { ...measured, cpuMs: measured.cpuMs + ofServer };
}

/** Milliseconds of a server and its sessions so far, those that have ended too. */
async function cpuOf({ dataFolder }: PostgresServer): Promise<number> {
  const pid = Number((await readFile(join(dataFolder, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  const alive = await Promise.all((await childrenOf(pid)).map((child) => ticksOf(child, 2)));
  const ticks = alive.reduce((sum, one) => sum + one, await ticksOf(pid, 4));
  return ticks * 10;
}

/** Hundredths of a second: utime and stime, then those of children that have ended. */
async function ticksOf(pid: number, fields: 2 | 4): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return values.slice(11, 11 + fields).reduce((sum, value) => sum + Number(value), 0);
}

export interface Contestant {
  readonly name: string;
  readonly measured: readonly Measurement[];
  readonly limit: number | null;
}

/** Prints contestants beside the last one, which is the peer; answers their ratios in wall time. */
export function printPairs(title: string, contestants: readonly Contestant[]): readonly number[] {
  const peer = contestants.at(-1)?.measured ?? [];
  const ratios = contestants.map(({ measured }) => medianRatio(measured, peer, 'wallMs'));
  printTable(
    `${title}, median of ${rounds} (load ${loadavg()[0]?.toFixed(1)})`,
    ['', 'wall ms', 'best', 'CPU ms', 'own peak MiB', 'wall ratio', 'best', 'CPU', 'limit'],
    contestants.map(({ name, measured, limit }, index) => [
      name,
      ...[median(walls(measured)), Math.min(...walls(measured))],
      median(measured.map(({ cpuMs }) => cpuMs)),
      Math.max(...measured.map(({ ownPeakMiB }) => ownPeakMiB)),
      ...[ratios[index] ?? null, Math.min(...walls(measured)) / Math.min(...walls(peer))],
      ...[medianRatio(measured, peer, 'cpuMs'), limit],
    ]),
  );
  return ratios;
}

function walls(measured: readonly Measurement[]): number[] {
  return measured.map(({ wallMs }) => wallMs);
}
