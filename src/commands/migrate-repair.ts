import type { RepairResult } from '../migrate/repair.ts';
import type { Paint } from '../output/paint.ts';
import { command } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { migrateSetup, runnerSettings } from './migrate-setup.ts';

export const migrateRepair = command<RepairResult>({
  name: 'migrate repair',
  summary: 'accept a changed or vanished file knowingly',
  description:
    'Only the ledger changes. Also forgets a try that stopped half-way. Without FILE it accepts everything, and asks first.',
  argument: { name: 'file', help: 'name or file of the migration', required: false },
  settings: runnerSettings,
  examples: [['jem-db migrate repair 0003_users', 'the file as it reads now is right']],
  async run(input, context) {
    const { migrateRepair: repair } = await import('../migrate/repair.ts');
    await using session = await openSession(context, await directTargetOf(context), 'existing');
    return await repair(session, migrateSetup(context), {
      name: input.argument,
      onAll: (problems) =>
        context.confirm(
          `This accepts ${problems.map(({ name, kind }) => `${name} (${kind})`).join(', ')} as they are.`,
        ),
    });
  },
  render({ outcome, repaired }, paint) {
    if (outcome === 'nothing-to-do') return 'Nothing to do: no file is changed or missing.\n';
    return repaired
      .map(({ name, kind, difference }) => {
        const lines = [`accepted  ${name} (${kind})`];
        if (difference) lines.push(...difference.split('\n').map((line) => coloured(line, paint)));
        return `${lines.join('\n')}\n`;
      })
      .join('');
  },
});

function coloured(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint.green(line);
  return line.startsWith('-') ? paint.red(line) : paint.dim(line);
}
