import type { RebaseResult } from '../migrate/rebase.ts';
import { command } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { migrateSettings, migrateSetup } from './migrate-setup.ts';

export const migrateRebase = command<RebaseResult>({
  name: 'migrate rebase',
  summary: 'give a late file a new number',
  description: 'Renames the files of a migration that is not applied, behind all others.',
  argument: { name: 'file', help: 'name or file of the migration', required: true },
  settings: migrateSettings,
  examples: [['jem-db migrate rebase 0002_late', 'it merged after 0003 was applied']],
  async run(input, context) {
    const { migrateRebase: rebase } = await import('../migrate/rebase.ts');
    await using session = await openSession(context, await directTargetOf(context), 'read');
    return await rebase(session, migrateSetup(context), input.argument ?? '');
  },
  render: ({ files }) => files.map(({ from, to }) => `renamed  ${from} → ${to}\n`).join(''),
});
