import { readdir } from 'node:fs/promises';
import type { BackupOptions, Progress, TakenBackup } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';
import { bytesOf } from './content.ts';
import { readContent, readStructure } from './describe.ts';
import { runDump } from './dump.ts';
import { dumpCompression, dumpTool } from './dump-tool.ts';
import type { Inventory } from './inventory.ts';
import { pins } from './pins.ts';
import { readFacts } from './read-facts.ts';
import { withSnapshot } from './snapshot.ts';
import { together } from './together.ts';

/**
 * Dumps the database with pg_dump and takes the fingerprints of all it holds, side by side in one
 * snapshot. Nothing is written before it is known that this user sees everything. Throws
 * `backup-incomplete`, `tool-missing`, `pooler-in-the-way`, and what `dumpFailure` says.
 */
export async function backUpPostgres(
  session: PostgresSession,
  options: BackupOptions,
): Promise<TakenBackup> {
  const { stage, jobs, ledgerTable } = options;
  const tool = await dumpTool(session, options);
  const compression = await dumpCompression(tool, options.compression, options.signal);
  const taken = await withSnapshot(session, options.signal, async (snapshot) => {
    const progress = followProgress(options.onProgress);
    const [, described] = await together(options.signal, [
      (signal) =>
        runDump(session, snapshot, {
          ...{ tool, compression, jobs, signal },
          ...{ folder: stage.folder, onDumped: progress.dumped },
        }),
      async (signal) => {
        const what = await readStructure(session, { ledgerTable, signal });
        await session.query([...pins(), 'SET LOCAL search_path = pg_catalog'].join('; '));
        const facts = await readFacts(session, {
          ...{ version: tool.version, compression: compression.method },
        });
        const content = await readContent(session, snapshot, {
          ...{ signal, jobs, onInventory: progress.begin, onRead: progress.read },
        });
        return { ...what, facts: { ...facts }, content };
      },
    ]);
    return { snapshot: snapshot.name, ...described };
  });
  await takeFiles(stage, options.signal);
  const { serverVersion } = session;
  return { serverVersion, tools: { pg_dump: tool.version }, ...taken };
}

async function takeFiles(stage: BackupOptions['stage'], signal: AbortSignal): Promise<void> {
  for (const name of (await readdir(stage.folder)).toSorted()) {
    signal.throwIfAborted();
    await stage.take(name, 'compressed');
  }
}

/** Every byte counts twice: once for the dump, once for its fingerprint. */
function followProgress(onProgress: (progress: Progress) => void) {
  let [done, total] = [0, 0];
  let early: string[] | null = [];
  const sizes = new Map<string, number[]>();
  const tell = (bytes: number, what: string): void => {
    done += bytes;
    onProgress({ done, total, what });
  };
  const dumped = (name: string): void => {
    if (early) early.push(name);
    else tell(sizes.get(name)?.shift() ?? 0, `dumped ${name}`);
  };
  return {
    begin: (inventory: Inventory): void => {
      total = 2 * bytesOf(inventory);
      for (const { name, bytes } of inventory.tables)
        sizes.set(name, [...(sizes.get(name) ?? []), bytes]);
      const waiting = early ?? [];
      early = null;
      for (const name of waiting) dumped(name);
    },
    dumped,
    read: (bytes: number, what: string): void => tell(bytes, `fingerprint of ${what}`),
  };
}
