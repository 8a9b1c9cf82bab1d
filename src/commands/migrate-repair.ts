import type { Repaired, RepairResult } from '../migrate/repair.ts';
import type { Paint } from '../output/paint.ts';
import { command } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { migrateSetup, runnerSettings } from './migrate-setup.ts';

export const migrateRepair = command<RepairResult>({
  name: 'migrate repair',
  summary: 'accept a changed or vanished file knowingly',
  description:
    'Only the ledger changes. Also forgets a try that stopped half-way. Without FILE it accepts everything, and asks first.',
  argument: { name: 'file', help: 'name, number or file of the migration', required: false },
  settings: runnerSettings,
  examples: [['jem-db migrate repair 0003_users', 'the file as it reads now is right']],
  async run(input, context) {
    const { migrateRepair: repair } = await import('../migrate/repair.ts');
    await using session = await openSession(context, await directTargetOf(context), 'existing');
    return await repair(session, migrateSetup(context), {
      name: input.argument,
      onAll: (found) =>
        context.confirm(
          `This accepts ${found.map(titled).join(', ')} as ${found.length === 1 ? 'it is' : 'they are'}.`,
          found.flatMap((each) => [titled(each), ...differing(each)].join('\n') + '\n').join(''),
        ),
    });
  },
  render({ outcome, repaired }, paint) {
    if (outcome === 'nothing-to-do') return 'Nothing to do: no file is changed or missing.\n';
    return repaired
      .map((each) => {
        const lines = differing(each).map((line) => coloured(line, paint));
        return `${[`accepted  ${titled(each)}`, ...lines].join('\n')}\n`;
      })
      .join('');
  },
});

function titled({ name, kind }: Repaired): string {
  return `${name} (${kind})`;
}

function differing({ difference }: Repaired): string[] {
  return difference ? difference.split('\n') : [];
}

function coloured(line: string, paint: Paint): string {
  if (line.startsWith('+')) return paint.green(line);
  return line.startsWith('-') ? paint.red(line) : paint.dim(line);
}
