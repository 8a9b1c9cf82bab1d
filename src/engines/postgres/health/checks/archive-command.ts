import { postgresCheck } from '../check.ts';
import { archives } from './archiver.ts';

/** What says that all went well, and keeps nothing. */
const keepsNothing = /^\s*(?:\/(?:usr\/)?bin\/true|true|:|exit\s+0|)\s*;?\s*$/;
const fails = /^\s*(?:\/(?:usr\/)?bin\/false|false)\s*;?\s*$/;

export const archiveCommand = postgresCheck({
  id: 'archive-command',
  title: 'an archive_command that archives nothing',
  group: 'wal',
  unit: null,
  thresholds: null,
  source: 'manual, archive_command',
  sql: (facts) => archives(facts) ?? 'SELECT',
  judge(_rows, { settings }) {
    const command = settings.get('archive_command')?.setting ?? '';
    const library = settings.get('archive_library')?.setting ?? '';
    const hint =
      "Let it archive: `jem-db backup wal` tells how; or, if nobody needs the WAL: ALTER SYSTEM SET archive_mode = 'off'; (needs a restart).";
    if (library !== '')
      return { status: 'ok', value: null, summary: `archive_library is ${library}`, hint: null };
    // So PostgreSQL shows it where it is not set.
    if (command === '' || command === '(disabled)')
      return {
        status: 'critical',
        value: null,
        summary:
          'archive_mode is on, but archive_command is empty: WAL is kept until the disk is full',
        hint,
      };
    if (keepsNothing.test(command))
      return {
        status: 'warning',
        value: null,
        summary: `archive_command is ${command}: it archives nothing and says that it did`,
        hint,
      };
    return {
      status: fails.test(command) ? 'critical' : 'ok',
      value: null,
      summary: fails.test(command)
        ? `archive_command is ${command}: WAL is kept until the disk is full`
        : 'archive_command is set',
      hint,
    };
  },
});
