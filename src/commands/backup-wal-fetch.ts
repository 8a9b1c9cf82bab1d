import { resolve } from 'node:path';
import type { FetchResult } from '../backup/wal/fetch.ts';
import { command } from './command.ts';
import { repositoryOf, repositorySettings } from './repository.ts';
import { identifierIn, identifierOption } from './wal-settings.ts';

export const backupWalFetch = command<FetchResult>({
  name: 'backup wal fetch',
  summary: 'bring a file of the WAL back: for restore_command',
  description:
    'Exit codes: 0, the file is there, checked; 1, the archive has no such file, which PostgreSQL asks for as a matter of course; 182, wrong arguments or settings; 183, not available now; 184, damaged, unreadable, or no archive at all; 250, a bug in jem-db: 180 and the usual code, because PostgreSQL takes 1 to 125 for a file that does not exist, and would end the recovery too early; 130 and 143, stopped by SIGINT and SIGTERM. Prints nothing.',
  argument: { name: 'file', help: 'the name of the file: %f', required: true },
  secondArgument: { name: 'path', help: 'where it is wanted: %p', required: true },
  options: [
    identifierOption,
    { flags: '--partial', help: 'also a segment that was still growing, as receive stored it' },
  ],
  settings: [...repositorySettings],
  examples: [
    [
      `restore_command = 'jem-db backup wal fetch %f "%p" --backups /srv/backups'`,
      'in postgresql.conf',
    ],
  ],
  async run(input, context) {
    const { fetchWal } = await import('../backup/wal/fetch.ts');
    const { environment, signal } = context;
    return fetchWal(await repositoryOf(context), {
      file: input.argument ?? '',
      to: resolve(environment.cwd, input.secondArgument ?? ''),
      dataFolder: environment.cwd,
      systemIdentifier: identifierIn(input),
      partial: input.flag('partial'),
      signal,
    });
  },
  finding: ({ found }) => !found,
  render: () => '',
});
