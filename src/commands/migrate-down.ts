import type { DownResult } from '../migrate/down.ts';
import { count } from '../output/text.ts';
import { command } from './command.ts';
import { directTargetOf, engineInUse, openSession } from './context.ts';
import { migrateSetup, runnerSettings } from './migrate-setup.ts';
import { refuseBoth, timed } from './migrate-up.ts';

export const migrateDown = command<DownResult>({
  name: 'migrate down',
  summary: 'revert the migration applied last',
  description:
    'Reverts one migration unless told otherwise. The file’s own way down is used, or the one kept in the ledger when the file is gone.',
  options: [
    { flags: '--to <name>', help: 'revert all that was applied after this one; 0: everything' },
    { flags: '--step <n>', help: 'revert this many' },
  ],
  settings: runnerSettings,
  examples: [
    ['jem-db migrate down', 'reverts the last one'],
    ['jem-db migrate down --to 0 --yes', 'reverts everything, without asking'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const { migrateDown: down } = await import('../migrate/down.ts');
    refuseBoth(input);
    const target = await directTargetOf(context);
    const wish = {
      to: input.text('to'),
      step: input.number('step'),
      onAll: (names: readonly string[]) =>
        context.confirm(
          `This reverts everything in ${target.display}: ${names.join(', ')}. What their tables hold is lost.`,
        ),
    };
    await using session = await openSession(context, target, 'existing');
    return await down(session, migrateSetup(context), wish);
  },
  render({ outcome, reverted }, paint) {
    if (outcome === 'nothing-to-do') return 'Nothing to do: nothing is applied that far.\n';
    const done = paint.bold(`${count(reverted.length, 'migration')} reverted.`);
    return [...timed('reverted', reverted, paint), done, ''].join('\n');
  },
});
