import type { Expected } from '../migrate/expected.ts';
import type { Problem } from '../migrate/state.ts';
import { count, labelled } from '../output/text.ts';
import type { Comparison } from '../schema/difference.ts';
import { command } from './command.ts';
import { directTargetOf, engineInUse, openSession } from './context.ts';
import { describeDifferences, describeRemarks } from './differences.ts';
import { migrateSettings } from './migrate-setup.ts';
import { compareWithExpected } from './schema-comparison.ts';
import { scratchSettings } from './scratch-wish.ts';

interface VerifyResult extends Comparison {
  readonly server: string;
  /** Whether it is what the migrations produce, or only what the last run left behind. */
  readonly expectedIs: Expected['way'];
  /** Where the expected schema came from. */
  readonly expectedFrom: string;
  readonly limits: readonly string[];
  readonly applied: number;
  readonly pending: readonly string[];
  /** Migrations that are changed, missing or out of order: what they did is expected all the same. */
  readonly problems: readonly Problem[];
}

/** What is claimed where nothing differs: no more than was compared. */
const claims = {
  replayed: 'what its migrations produce',
  recorded: 'as the last run left it',
} as const;

export const schemaVerify = command<VerifyResult>({
  name: 'schema verify',
  summary: 'is the live schema what its migrations produce?',
  description:
    'Replays the applied migrations in a throwaway database and compares what they produce with the live schema. Reads the live database, and changes nothing.',
  byDefault: true,
  settings: [...migrateSettings, ...scratchSettings, 'ignore'],
  examples: [
    ['jem-db schema verify', 'exit 1 where the schema drifted, with the SQL that mends it'],
    ['jem-db schema verify --scratch recorded', 'without a replay, against what `up` recorded'],
    ["jem-db schema verify --ignore 'audit.*,privileges'", 'leaves out what is not ours'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(_input, context) {
    const target = await directTargetOf(context);
    await using session = await openSession(context, target, 'read');
    const { expected, comparison } = await compareWithExpected(context, session);
    const { way, from, limits, applied, pending, problems } = expected;
    return {
      ...comparison,
      server: `${session.engine.title} ${session.serverVersion}, ${session.display}`,
      expectedIs: way,
      expectedFrom: from,
      limits,
      applied,
      pending,
      problems,
    };
  },
  finding: ({ matches, problems }) => !matches || problems.length > 0,
  render(result, paint) {
    const { server, expectedFrom, limits, matches, differences, pending, problems } = result;
    return [
      paint.dim(server),
      labelled('Expected: ', expectedFrom),
      ...limits.map((limit) => labelled('          ', limit)),
      ...describeDifferences(result, paint),
      ...describeRemarks(result),
      ...problems.map(({ name, hint }) => labelled(`${name}: `, hint)),
      ...(pending.length > 0
        ? [
            labelled(
              '',
              `${count(pending.length, 'migration')} pending; not part of this comparison.`,
            ),
          ]
        : []),
      matches
        ? paint.green(`The schema is ${claims[result.expectedIs]}.`)
        : paint.red(`The schema drifted: ${count(differences.length, 'difference')}.`),
      '',
    ].join('\n');
  },
});
