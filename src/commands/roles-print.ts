import type { PrintedRoles } from '../roles/print.ts';
import { command } from './command.ts';
import { openForRoles, roleSettings, wantedIn } from './role-settings.ts';

export const rolesPrint = command<PrintedRoles>({
  name: 'roles print',
  summary: 'the least-privilege roles, as SQL to read or run',
  description:
    'A role that owns, one for migrations, one for the application, and one each to read, to back up and to monitor. Reads the database, with any user’s rights, and changes nothing.',
  byDefault: true,
  settings: roleSettings,
  examples: [
    ['jem-db roles print > roles.sql', 'for review, and `psql -v ON_ERROR_STOP=1 -f roles.sql`'],
    ['jem-db roles print --prefix shop --schema shop,audit', 'shop_owner, shop_rw …'],
    [
      'jem-db roles print --role application=web --without backup',
      'a name of its own; one role less',
    ],
  ],
  async run(_input, context) {
    const { printRoles } = await import('../roles/print.ts');
    const wanted = await wantedIn(context);
    await using session = await openForRoles(context, 'read');
    return await printRoles(session, wanted);
  },
  render: ({ script }) => script,
});
