import type { ToldDeviation, VerifiedRoles } from '../roles/verify.ts';
import type { Paint } from '../output/paint.ts';
import { count, labelled } from '../output/text.ts';
import { wrapSql } from '../sql/wrap.ts';
import { command } from './command.ts';
import {
  describeHead,
  describeUnseen,
  openForRoles,
  roleSettings,
  wantedIn,
} from './role-settings.ts';

export const rolesVerify = command<VerifiedRoles>({
  name: 'roles verify',
  summary: 'are the rights in the database those of the set?',
  description:
    'Exit code 1 where something is missing or is too much, with the SQL that mends it. Any user may ask; what it cannot see is told.',
  settings: roleSettings,
  silentWhenWell: true,
  examples: [
    ['jem-db roles verify', 'every difference, and what mends it'],
    ['jem-db roles verify --json', 'the same for a program'],
  ],
  async run(_input, context) {
    const { verifyRoles } = await import('../roles/verify.ts');
    const wanted = await wantedIn(context);
    await using session = await openForRoles(context, 'read');
    return await verifyRoles(session, wanted);
  },
  finding: ({ matches }) => !matches,
  render(result, paint) {
    const { matches, deviations, unseen, seenBy } = result;
    const far = unseen.length > 0 ? `, as far as ${seenBy} can see` : '';
    return [
      ...describeHead(result, paint),
      ...deviations.flatMap((deviation) => describeDeviation(deviation, paint)),
      ...describeUnseen(unseen, paint),
      matches
        ? paint.green(labelled('', `The roles are as they should be${far}.`))
        : paint.red(
            `The roles are not as they should be: ${count(deviations.length, 'difference')}.`,
          ),
      '',
    ].join('\n');
  },
});

/** One difference, and what mends it. */
export function describeDeviation(
  { message, sql, hint }: Pick<ToldDeviation, 'message' | 'sql' | 'hint'>,
  paint: Paint,
): string[] {
  return [
    labelled('- ', message).replaceAll('\n- ', '\n  '),
    ...sql.flatMap((statement) => sqlLines(statement, paint)),
    ...(hint === null ? [] : [labelled('    ', hint)]),
  ];
}

const indent = '    ';

/** A statement to be copied, below what it is for. */
export function sqlLines(statement: string, paint: Paint): string[] {
  return wrapSql(`${statement};`, 80 - indent.length).map((line) => paint.cyan(indent + line));
}
