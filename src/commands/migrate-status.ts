import type { StatusResult } from '../migrate/status.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, labelled } from '../output/text.ts';
import { command } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { migrateSettings, migrateSetup } from './migrate-setup.ts';

export const migrateStatus = command<StatusResult & { server: string }>({
  name: 'migrate status',
  summary: 'what is applied, pending, changed, missing, out of order',
  options: [{ flags: '--check', help: 'exit 1 when anything is not as it should be' }],
  settings: migrateSettings,
  examples: [
    ['jem-db migrate status', 'shows it'],
    ['jem-db migrate status --check --json', 'for CI: is everything applied and as it was?'],
  ],
  async run(_input, context) {
    const { migrateStatus: status } = await import('../migrate/status.ts');
    await using session = await openSession(context, await directTargetOf(context), 'read');
    const server = `${session.engine.title} ${session.serverVersion}, ${session.display}`;
    return { ...(await status(session, migrateSetup(context))), server };
  },
  finding: ({ pending, problems }, input) =>
    input.flag('check') && pending.length + problems.length > 0,
  render(result, paint) {
    const { applied, pending, problems, server } = result;
    const bad = new Map(problems.map(({ name, kind }) => [name, kind]));
    const rows = [
      ...applied.map(({ name, appliedAt }) => [
        bad.has(name) ? `applied, ${bad.get(name)}` : 'applied',
        name,
        `${appliedAt.slice(0, 16).replace('T', ' ')} UTC`,
      ]),
      ...pending.map(({ name }) => [bad.has(name) ? `pending, ${bad.get(name)}` : 'pending', name]),
    ];
    return [
      paint.dim(server),
      ...columns(rows).map((line) => coloured(line, paint)),
      ...problems.map(({ name, hint }) => labelled(`${name}: `, hint)),
      `${count(applied.length, 'migration')} applied, ${pending.length} pending` +
        (problems.length > 0 ? `, ${count(problems.length, 'problem')}` : ''),
      '',
    ].join('\n');
  },
});

function coloured(line: string, paint: Paint): string {
  if (/^\w+,/.test(line)) return paint.red(line);
  return line.startsWith('pending') ? paint.yellow(line) : line;
}
