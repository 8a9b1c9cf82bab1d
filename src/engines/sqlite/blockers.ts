import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { Blocker } from '../migrating.ts';
import { statOrNull } from './file-facts.ts';

/** Bytes of SQLite's locks: in the database file, and the writer's in the -shm file. */
const firstLockByte = 0x4000_0000;
const walWriteByte = 120;
/** The marks of readers follow the locks of the writer, the checkpoint and the recovery. */
const firstReadMark = 123;
const lastReadMark = 127;

/**
 * Who holds a lock of the database that keeps others from writing, as far as the kernel tells
 * (Linux): writers, and readers where there is no writer and no WAL. `inside` a transaction this
 * process holds locks itself and is left out. Command lines stay unread: they may hold secrets.
 */
export function blockersOf(file: string | null, inside: boolean): readonly Blocker[] {
  const locks = file === null ? null : lockTable();
  if (file === null || locks === null) return [];
  const inode = statOrNull(file)?.ino;
  const shared = statOrNull(`${file}-shm`)?.ino;
  const holders = locks.filter(
    (lock) =>
      (lock.inode === inode && lock.first >= firstLockByte) ||
      (lock.inode === shared && lock.first === walWriteByte),
  );
  const others = holders.filter(({ pid }) => !inside || pid !== process.pid);
  const writers = others.filter(({ mode }) => mode === 'WRITE');
  const readers = shared === undefined ? others : [];
  const does = writers.length > 0 ? 'writes' : 'reads';
  const found = writers.length > 0 ? writers : readers;
  return [...new Set(found.map(({ pid }) => pid))].map((pid) => ({
    description: `${processName(pid)} ${does}`,
  }));
}

/** The process that holds a runner's lock on this file, as far as the kernel tells. */
export function runnerOf(file: string): Blocker | null {
  const inode = statOrNull(file)?.ino;
  const lock = lockTable()?.find(
    ({ mode, first, ...held }) =>
      held.inode === inode && mode === 'WRITE' && first >= firstLockByte,
  );
  return lock ? { description: processName(lock.pid) } : null;
}

/**
 * Other processes that have this file open, as far as this user may see them (Linux). An idle
 * connection holds no lock.
 */
export function openersOf(file: string): readonly Blocker[] {
  const path = realpathSync(file);
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => namesIn(`/proc/${pid}/fd`).some((fd) => isLink(`/proc/${pid}/fd/${fd}`, path)))
    .map((pid) => ({ description: processName(Number(pid)) }));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isLink(path: string, to: string): boolean {
  try {
    return readlinkSync(path) === to;
  } catch {
    return false;
  }
}

/** Whether the kernel tells who holds a lock of a file. */
export function canSeeLocks(): boolean {
  return lockTable() !== null;
}

/** Other processes that keep writers out of a database just now, sorted. */
export function writersOf(file: string): readonly string[] {
  const inode = statOrNull(file)?.ino;
  const shared = statOrNull(`${file}-shm`)?.ino;
  return processesOf(
    ({ mode, first, ...held }) =>
      mode === 'WRITE' &&
      ((held.inode === inode && first >= firstLockByte) ||
        (held.inode === shared && first === walWriteByte)),
  );
}

/** Other processes that are reading a database in WAL mode just now, sorted. */
export function walReadersOf(file: string): readonly string[] {
  const shared = statOrNull(`${file}-shm`)?.ino;
  return processesOf(
    ({ inode, first }) => inode === shared && first >= firstReadMark && first <= lastReadMark,
  );
}

function processesOf(holds: (lock: FileLock) => boolean): readonly string[] {
  const held = (lockTable() ?? []).filter((lock) => lock.pid !== process.pid && holds(lock));
  return [...new Set(held.map(({ pid }) => processName(pid)))].toSorted();
}

interface FileLock {
  readonly mode: string;
  readonly pid: number;
  readonly inode: number;
  readonly first: number;
}

const lockLine = /(READ|WRITE)\s+(\d+) \w+:\w+:(\d+) (\d+) (\d+|EOF)/;

function lockTable(): readonly FileLock[] | null {
  try {
    return readFileSync('/proc/locks', 'utf8').split('\n').flatMap(parsed);
  } catch {
    return null;
  }
}

function parsed(line: string): readonly FileLock[] {
  const [, mode = '', pid, inode, first] = lockLine.exec(line) ?? [];
  // A line with an arrow is somebody who waits, too.
  if (first === undefined || line.includes('->')) return [];
  return [{ mode, pid: Number(pid), inode: Number(inode), first: Number(first) }];
}

function processName(pid: number): string {
  if (pid === process.pid) return 'another connection of this process';
  return pid > 0 ? `process ${pid}${nameOf(pid)}` : 'a process elsewhere';
}

/** The program's file where it may be seen; its main thread may call itself something else. */
function nameOf(pid: number): string {
  for (const look of [programOf, threadOf])
    try {
      return ` (${look(pid)})`;
    } catch {
      continue;
    }
  return '';
}

function programOf(pid: number): string {
  return basename(readlinkSync(`/proc/${pid}/exe`));
}

function threadOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}
