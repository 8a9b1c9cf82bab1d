import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { sqliteCheck } from '../check.ts';
import { isWal } from '../apart.ts';

/** By f_type of statfs(2): the numbers of Linux. */
const networked: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff53_4d42, 'CIFS'],
  [0xfe53_4d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x0102_1997, '9P'],
  [0x6573_5546, 'FUSE'],
  [0x00c3_6400, 'Ceph'],
  [0x7461_636f, 'OCFS2'],
  [0x0116_1970, 'GFS2'],
]);
const inMemory: ReadonlyMap<number, string> = new Map([
  [0x0102_1994, 'tmpfs'],
  [0x8584_58f6, 'ramfs'],
]);

export const fileSystem = sqliteCheck({
  id: 'file-system',
  title: 'a network or memory file system below it',
  group: 'integrity',
  unit: null,
  thresholds: null,
  source: 'sqlite.org/wal.html: WAL does not work over a network file system',
  look({ db, file }) {
    if (file === null) return { notApplicable: 'no file' };
    const type = statfsSync(dirname(file)).type;
    return judgeFileSystem(type, isWal(db));
  },
});

/** Pure. */
export function judgeFileSystem(type: number, wal: boolean) {
  // f_type is signed on some systems.
  const known = type >>> 0;
  const network = networked.get(known);
  const memory = inMemory.get(known);
  if (network !== undefined)
    return {
      status: wal ? ('critical' as const) : ('warning' as const),
      value: null,
      summary: `the file lies on ${network}, where locks ${wal ? 'and the shared memory of WAL mode do' : 'often do'} not hold between hosts`,
      hint: wal
        ? 'Move it to a local disk. Until then let one host alone use it, with PRAGMA journal_mode = DELETE;'
        : 'Move it to a local disk, or be sure that one host alone uses it.',
    };
  if (memory !== undefined)
    return {
      status: 'warning' as const,
      value: null,
      summary: `the file lies on ${memory}: it is gone when the system restarts`,
      hint: 'Move it to a disk, unless it is meant to be thrown away.',
    };
  return {
    status: 'ok' as const,
    value: null,
    summary: 'the file lies on a local file system',
    hint: null,
  };
}
