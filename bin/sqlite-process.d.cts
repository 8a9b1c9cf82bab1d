import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

export function startSqliteProcess(
  file: string,
  sql: string,
): ChildProcessByStdio<null, Readable, null>;
