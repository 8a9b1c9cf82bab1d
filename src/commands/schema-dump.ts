import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import type { Schema } from '../engines/schema.ts';
import { command, type Input } from './command.ts';
import { directTargetOf, engineInUse, openSession } from './context.ts';
import { migrateSetup } from './migrate-setup.ts';

interface DumpResult {
  /** The schema as a value; `schema diff` reads it again. */
  readonly picture: Schema;
  /** SQL that makes it; null where only the value was asked for. */
  readonly sql: string | null;
}

const formats = ['sql', 'json'] as const;
type Format = (typeof formats)[number];

export const schemaDump = command<DumpResult>({
  name: 'schema dump',
  summary: 'print the live schema: the same text for the same schema',
  description:
    'Prints SQL that makes the schema in an empty database, sorted so that two dumps compare line by line; or the schema as JSON. Reads the live database, and changes nothing.',
  options: [{ flags: '--format <format>', help: 'sql (default) or json' }],
  settings: ['directUrl', 'ledgerTable', 'ignore'],
  examples: [
    ['jem-db schema dump > schema.sql', 'keeps the schema under version control'],
    ['jem-db schema dump --format json > schema.json', 'to compare with later: schema diff'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const format = formatOf(input);
    const { dumpSql, picked } = await import('../schema/dump.ts');
    await using session = await openSession(context, await directTargetOf(context), 'read');
    const schema = await session.schema(migrateSetup(context));
    const picture = picked(schema, context.settings.ignore);
    return { picture, sql: format === 'sql' ? await dumpSql(session.engine, picture) : null };
  },
  render: ({ picture, sql }) => sql ?? `${JSON.stringify(picture, null, 2)}\n`,
});

function formatOf(input: Input): Format {
  const wanted = input.text('format') ?? 'sql';
  const format = formats.find((each) => each === wanted);
  if (format) return format;
  throw new JemError('usage', `There is no format "${wanted}"`, {
    hint: `The formats are ${formats.join(' and ')}.${didYouMean(wanted, formats)}`,
  });
}
