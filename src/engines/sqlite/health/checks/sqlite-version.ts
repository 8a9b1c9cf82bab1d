import type { Finding } from '../../../health.ts';
import { headerOf, isWal } from '../apart.ts';
import { sqliteCheck } from '../check.ts';

/** The header names the library that wrote last (sqlite.org/fileformat2.html, 1.3.18). */
const writerAt = 96;

export const sqliteVersion = sqliteCheck({
  id: 'sqlite-version',
  title: 'a library that may corrupt the file',
  group: 'integrity',
  unit: null,
  thresholds: null,
  source: 'sqlite.org/wal.html: the WAL-reset bug of 3.7.0 to 3.51.2',
  async look({ db, file }, { statementTimeout, signal }) {
    if (file === null || !isWal(db)) return { notApplicable: 'not in WAL mode' };
    const header = await headerOf(file, statementTimeout, signal);
    const own = String(db.prepare('SELECT sqlite_version()').pluck().get());
    return judgeWriter(header === null ? null : header.readUInt32BE(writerAt), own);
  },
});

/** `writer` as in the header: 3051003 for 3.51.3; null: it could not be read. Pure. */
export function judgeWriter(writer: number | null, own: string): Finding {
  const value = null;
  if (writer === null)
    return {
      ...{ status: 'unknown', value },
      summary: 'the header of the file could not be read in time',
      hint: null,
    };
  const [major, minor, patch] = [1e6, 1e3, 1].map((unit) => Math.floor(writer / unit) % 1000) as [
    number,
    number,
    number,
  ];
  const name = `${major}.${minor}.${patch}`;
  if (!hasWalResetBug(major, minor, patch))
    return {
      ...{ status: 'ok', value },
      summary: `SQLite ${name} wrote to it last, jem-db reads with ${own}`,
      hint: null,
    };
  return {
    ...{ status: 'warning', value },
    summary: `SQLite ${name} wrote to it last: in WAL mode, two connections that write and checkpoint at one moment may corrupt the file`,
    hint: 'Give the application SQLite 3.51.3 or newer (or 3.50.7, 3.44.6). Until then let one connection alone write.',
  };
}

function hasWalResetBug(major: number, minor: number, patch: number): boolean {
  if (major !== 3 || minor < 7) return false;
  if (minor === 44) return patch < 6;
  if (minor === 50) return patch < 7;
  return minor < 51 || (minor === 51 && patch < 3);
}
