import { type ForeignLedger, refused } from './ledger.ts';

/** A ledger of migrations that are no SQL files, so that nothing here can answer to its rows. */
function programs(tool: string, table: string, columns: string[], written: string): ForeignLedger {
  return {
    tool,
    tables: [table],
    columns,
    applied: async () =>
      refused(
        `Migrations of ${tool} are ${written}, which jem-db cannot run. Write the schema as it is now as the first SQL migration, and mark it as done with \`jem-db migrate baseline NAME\`.`,
      ),
  };
}

export const unreadable: readonly ForeignLedger[] = [
  programs('alembic', 'alembic_version', ['version_num'], 'Python programs'),
  programs('django', 'django_migrations', ['app', 'name', 'applied'], 'Python programs'),
  programs(
    'liquibase',
    'databasechangelog',
    ['id', 'author', 'filename'],
    'change sets of its own',
  ),
  programs('typeorm', 'migrations', ['timestamp', 'name'], 'classes of a program'),
];
