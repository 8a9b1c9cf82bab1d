import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Advice, ServerTuning, Tuned, TuningWish } from '../../tuning.ts';
import type { Connection } from '../driver.ts';
import { pragma } from '../values.ts';

const MB = 2 ** 20;

/** Advice for a database file, and for the connections of the application that uses it. */
export function sqliteTuning(connection: Connection): ServerTuning {
  const { file } = connection;
  return {
    place: async () => ({
      here: true,
      pid: 'self',
      dataFolder: file === null ? null : dirname(file),
    }),
    advise: async (wish) => tuned(connection, wish),
  };
}

function tuned(connection: Connection, wish: TuningWish): Tuned {
  const ofFile = [journalMode(connection), pageSize(connection)];
  return {
    advice: [...ofFile.filter((one) => one !== null), ...ofConnections(connection, wish)],
    fitting: ['journal_mode', 'page_size'].filter((_, index) => ofFile[index] === null),
    unjudged: [],
    pendingRestart: [],
    overrides: [],
    memory: null,
    connectionsThatFit: null,
    applicable: !connection.readonly,
    whyNot: connection.readonly ? 'The file is opened for reading only.' : null,
  };
}

/** Kept in the file (sqlite.org/wal.html): readers and the one writer do not wait for each other. */
function journalMode({ db, file }: Connection): Advice | null {
  const current = String(pragma(db, 'journal_mode'));
  if (file === null || current === 'wal') return null;
  return {
    setting: 'journal_mode',
    current,
    source: 'database file',
    advised: 'WAL',
    why: 'readers do not wait for the writer, nor it for them; a commit costs one sync less',
    appliedBy: 'database',
    statement: 'PRAGMA journal_mode = WAL;',
    line: null,
    note: 'once: it stays in the file. Not where the file lies on a network file system',
  };
}

/** SQLite's own default since 3.12; smaller pages make deeper trees (sqlite.org/pgszchng2016.html). */
function pageSize({ db, file }: Connection): Advice | null {
  const current = Number(pragma(db, 'page_size'));
  if (file === null || current >= 4096) return null;
  const wal = String(pragma(db, 'journal_mode')) === 'wal';
  return {
    setting: 'page_size',
    current: String(current),
    source: 'database file',
    advised: '4096',
    why: 'the page of the disk and of the system: smaller ones make deeper trees',
    appliedBy: 'database',
    statement: `${wal ? 'PRAGMA journal_mode = DELETE; ' : ''}PRAGMA page_size = 4096; VACUUM;${wal ? ' PRAGMA journal_mode = WAL;' : ''}`,
    line: null,
    note: 'once, with nobody else connected: VACUUM writes the whole file anew',
  };
}

/** What each connection has for itself: the application's own cannot be seen from here. */
function ofConnections({ file }: Connection, { ram }: TuningWish): Advice[] {
  const size = file === null ? 0 : statSync(file).size;
  // As with PostgreSQL's work_mem: a share of the memory that several connections can have.
  const cache = Math.floor(Math.max(2 * MB, Math.min(64 * MB, ram / 64)) / 1024);
  const map = Math.floor(Math.min(ram / 4, Math.max(256 * MB, 2 * size)) / MB) * MB;
  const each = (setting: string, advised: string, why: string): Advice => ({
    setting,
    current: null,
    source: null,
    advised,
    why,
    appliedBy: 'connection',
    statement: `PRAGMA ${setting} = ${advised};`,
    line: null,
    note: null,
  });
  return [
    each(
      'synchronous',
      'NORMAL',
      'with WAL no commit can damage the file; FULL where the last commits must survive a power cut',
    ),
    each(
      'busy_timeout',
      '5000',
      'milliseconds to wait for another writer, in place of SQLITE_BUSY at once',
    ),
    each(
      'cache_size',
      String(-cache),
      `${Math.round(cache / 1024)} MB of pages in memory; below zero means kB`,
    ),
    ...(file === null
      ? []
      : [each('mmap_size', String(map), 'reads come from the cache of the system without a copy')]),
    each('foreign_keys', 'ON', 'SQLite checks none unless it is told to'),
  ];
}
