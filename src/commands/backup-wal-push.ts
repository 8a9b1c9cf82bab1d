import { resolve } from 'node:path';
import type { PushResult } from '../backup/wal/push.ts';
import { command } from './command.ts';
import { repositoryOf } from './repository.ts';
import { identifierIn, identifierOption, stateFolder, walSettings } from './wal-settings.ts';

/** More than there are processors: most of the time they wait for the disk. */
const usualJobs = 4;

export const backupWalPush = command<PushResult>({
  name: 'backup wal push',
  summary: 'archive a file of the WAL: for archive_command',
  description:
    'Ends with 0 when the file lasts in the archive, and never before. The same file again is fine; another content under its name is refused. What else waits is taken along, four files at a time unless --jobs says otherwise, so that the next calls only look. Prints nothing.',
  argument: { name: 'path', help: 'the file, as the server names it: %p', required: true },
  options: [identifierOption],
  settings: [...walSettings, 'jobs'],
  examples: [
    [
      `archive_command = 'jem-db backup wal push "%p" --backups /srv/backups'`,
      'in postgresql.conf',
    ],
  ],
  async run(input, context) {
    const { pushWal } = await import('../backup/wal/push.ts');
    const { settings, environment, signal, report } = context;
    const result = await pushWal(await repositoryOf(context), {
      path: resolve(environment.cwd, input.argument ?? ''),
      dataFolder: environment.cwd,
      systemIdentifier: identifierIn(input),
      state: stateFolder(context),
      jobs: settings.jobs ?? usualJobs,
      signal,
    });
    const { file, outcome, archive, also } = result;
    report.detail(`${file}: ${outcome} in ${archive}, with ${also.length} more`);
    return result;
  },
  render: () => '',
});
