import { lstatSync, realpathSync } from 'node:fs';
import { sqliteCheck } from '../check.ts';
import { statOrNull } from '../../file-facts.ts';
import { pragma } from '../../values.ts';
import { userTables } from '../user-tables.ts';

/** `integrity_check` finds a file of 0 bytes in order: a mistyped path is found out here. */
export const databaseFile = sqliteCheck({
  id: 'database-file',
  title: 'the file holds a database with tables',
  group: 'availability',
  unit: null,
  thresholds: { warning: null, critical: 0 },
  lowIsBad: true,
  source: 'jem-db',
  look({ db, file }) {
    const tables = userTables(db);
    const strict = tables.filter((table) => table.strict).length;
    const bytes = file === null ? null : (statOrNull(file)?.size ?? null);
    const facts = [
      `journal mode ${String(pragma(db, 'journal_mode'))}`,
      `application_id ${String(pragma(db, 'application_id'))}`,
      `user_version ${String(pragma(db, 'user_version'))}`,
      ...linkWords(file),
    ].join(', ');
    return {
      status: null,
      value: tables.length,
      summary:
        tables.length === 0
          ? `there is no table in it${bytes === 0 ? ': it has 0 bytes' : ''} (${facts})`
          : `${tables.length} ${tables.length === 1 ? 'table' : 'tables'}, ${strict} of them STRICT, ${facts}`,
      hint: 'Is it the file that was meant? Check the path; make the tables: `jem-db migrate up`',
    };
  },
});

function linkWords(file: string | null): readonly string[] {
  if (file === null || !lstatSync(file).isSymbolicLink()) return [];
  return [`a link to ${realpathSync(file)}`];
}
