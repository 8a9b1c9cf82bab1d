import type { AdoptResult } from '../migrate/adopt.ts';
import { count, labelled } from '../output/text.ts';
import { command } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { migrateSetup, runnerSettings } from './migrate-setup.ts';

export const migrateAdopt = command<AdoptResult>({
  name: 'migrate adopt',
  summary: 'take over another tool’s ledger in place',
  description:
    'Records what the other tool has applied; nothing is run, and its table stays as it is. Without TOOL the database tells.',
  argument: { name: 'tool', help: 'dbmate, flyway, knex, prisma …', required: false },
  settings: runnerSettings,
  examples: [['jem-db migrate adopt dbmate', 'goes on where dbmate left off']],
  async run(input, context) {
    const { migrateAdopt: adopt } = await import('../migrate/adopt.ts');
    await using session = await openSession(context, await directTargetOf(context), 'existing');
    return await adopt(session, migrateSetup(context), input.argument);
  },
  render({ tool, table, adopted }, paint) {
    const lines = adopted.map((name) => `recorded  ${name}`);
    const done = `${count(adopted.length, 'migration')} recorded, as ${tool} has them in ${table}.`;
    return [...lines, paint.bold(labelled('', done)), ''].join('\n');
  },
});
