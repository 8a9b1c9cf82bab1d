import { backupWalFetch } from '../commands/backup-wal-fetch.ts';
import { backupWalPush } from '../commands/backup-wal-push.ts';
import type { Parsed } from '../commands/program.ts';
import { shortParse } from './short-parse.ts';
import { start } from './start.ts';

// A server starts these once a segment: this entry loads them alone, and no other command.
const commands = [backupWalPush, backupWalFetch];

/**
 * Runs the command line of this process where it is a plain one of these commands, and answers
 * whether it did; for anything else (`--help`, a word too many) the whole program is to be loaded.
 */
export function main(): boolean {
  const argv = process.argv.slice(2);
  const parsed: Parsed | null = shortParse(argv, commands);
  if (parsed === null) return false;
  start(argv, { parse: () => parsed });
  return true;
}
