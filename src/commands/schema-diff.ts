import type { Engine, Session } from '../engines/engine.ts';
import type { Schema } from '../engines/schema.ts';
import { JemError } from '../errors.ts';
import { count } from '../output/text.ts';
import type { Comparison } from '../schema/difference.ts';
import { engineNamed } from '../target.ts';
import { command } from './command.ts';
import { type Context, engineInUse, targetOf } from './context.ts';
import { describeDifferences, describeRemarks } from './differences.ts';
import { migrateSetup } from './migrate-setup.ts';
import { engineOf, readSource, type SchemaSource, sessionOf } from './schema-source.ts';
import { scratchSettings, scratchWish } from './scratch-wish.ts';

interface DiffResult extends Comparison {
  readonly expected: string;
  readonly actual: string;
}

export const schemaDiff = command<DiffResult>({
  name: 'schema diff',
  summary: 'compare two schemas: databases, dumps, or the migrations at a version',
  description:
    'A is what is expected, B what is there: the SQL leads from B to A. Each is a database (URL or path), a dump (.sql or .json), or a migrations folder, with @VERSION where not all of it is meant.',
  argument: { name: 'a', help: 'what is expected', required: true },
  secondArgument: { name: 'b', help: 'what is there', required: true },
  settings: ['migrations', 'layout', 'ledgerTable', ...scratchSettings, 'ignore'],
  examples: [
    ['jem-db schema diff migrations@0042 "$DATABASE_URL"', 'what differs from version 42?'],
    ['jem-db schema diff before.json after.json', 'two dumps'],
    ['jem-db schema diff postgres://staging/app postgres://live/app', 'two servers'],
  ],
  engine: async ({ argument = '', secondArgument = '' }, context) =>
    (await engineOf(await readSource(argument, context))) ??
    (await engineOf(await readSource(secondArgument, context))) ??
    engineInUse(context),
  async run({ argument = '', secondArgument = '' }, context) {
    const { compareFor } = await import('../schema/difference.ts');
    const sources = [
      await readSource(argument, context),
      await readSource(secondArgument, context),
    ] as const;
    const engine = await commonEngine(sources, context);
    await using first = await sessionOf(sources[0], context);
    await using second = await sessionOf(sources[1], context);
    const like = second ?? first;
    const expected = await schemaOf(sources[0], engine, first, like, context);
    const actual = await schemaOf(sources[1], engine, second, like, context);
    const comparison = await compareFor(engine, expected, actual, context.settings.ignore);
    return { ...comparison, expected: shown(sources[0]), actual: shown(sources[1]) };
  },
  finding: ({ matches }) => !matches,
  render(result, paint) {
    const { matches, differences, expected, actual } = result;
    return [
      ...describeDifferences(result, paint),
      ...describeRemarks(result),
      matches
        ? paint.green(`${expected} and ${actual} have the same schema.`)
        : paint.red(
            `${count(differences.length, 'difference')} between ${expected} and ${actual}.`,
          ),
      '',
    ].join('\n');
  },
});

function shown(source: SchemaSource): string {
  return source.kind === 'database' ? source.target.display : source.text;
}

/** Both must speak of one engine; where neither tells, the usual database does. */
async function commonEngine(
  [a, b]: readonly [SchemaSource, SchemaSource],
  context: Context,
): Promise<Engine> {
  const [first, second] = [await engineOf(a), await engineOf(b)];
  if (first && second && first.name !== second.name)
    throw new JemError('usage', `${shown(a)} is ${first.title}, ${shown(b)} is ${second.title}`, {
      hint: 'Compare two schemas of one engine.',
    });
  return first ?? second ?? engineNamed((await targetOf(context)).engine);
}

async function schemaOf(
  source: SchemaSource,
  engine: Engine,
  session: Session | null,
  like: Session | null,
  context: Context,
): Promise<Schema> {
  const setup = migrateSetup(context);
  if (source.kind === 'picture') return source.schema;
  if (session) return session.schema(setup);
  const { folderSchema, scriptSchema } = await import('../migrate/folder-schema.ts');
  const wish = await scratchWish(context);
  const place = { engine, like, setup, wish };
  if (source.kind === 'folder') return folderSchema(place, source);
  if (source.kind === 'script') return scriptSchema(place, source.text, source.bytes);
  throw new TypeError('a database without a session');
}
