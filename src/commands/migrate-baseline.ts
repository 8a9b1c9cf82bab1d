import type { BaselineResult } from '../migrate/baseline.ts';
import { count } from '../output/text.ts';
import { command } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { migrateSetup, runnerSettings } from './migrate-setup.ts';

export const migrateBaseline = command<BaselineResult>({
  name: 'migrate baseline',
  summary: 'mark an existing database as being at a migration',
  description: 'Records that migration and all before it as applied. None of them is run.',
  argument: { name: 'name', help: 'name or number of the migration', required: true },
  settings: runnerSettings,
  examples: [['jem-db migrate baseline 0007', 'the database has 0001 to 0007 already']],
  async run(input, context) {
    const { migrateBaseline: baseline } = await import('../migrate/baseline.ts');
    await using session = await openSession(context, await directTargetOf(context), 'existing');
    return await baseline(session, migrateSetup(context), input.argument ?? '');
  },
  render({ recorded }, paint) {
    const lines = recorded.map((name) => `recorded  ${name}`);
    const done = `${count(recorded.length, 'migration')} recorded as applied; none was run.`;
    return [...lines, paint.bold(done), ''].join('\n');
  },
});
