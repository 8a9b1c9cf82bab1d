import { identifier } from '../quoting.ts';
import type { SchemaObject } from '../../schema.ts';
import { identityClause, storageWord } from './column-definition.ts';
import type { Change } from './kind.ts';
import { flag, list, relationOf, text } from './statements.ts';

/**
 * Statements that change the type, default, identity and NOT NULL of a column; null where the
 * column must be made anew. What stands in the way of another change goes first.
 */
export function alterColumnDefinition(change: Change, major: number): string[] | null {
  const { expected, actual, attributes } = change;
  const generated = alterGenerated(change, major);
  if (generated === null) return null;
  const alter = (action: string): string =>
    `ALTER TABLE ${relationOf(expected)} ALTER COLUMN ${identifier(expected.name)} ${action}`;
  const [wanted, there] = [text(expected, 'default'), text(actual, 'default')];
  const retyped = attributes.has('dataType') || attributes.has('collation');
  const redefaulted = attributes.has('default') || (retyped && there !== null);
  const [identity, identityThere] = [text(expected, 'identity'), text(actual, 'identity')];
  return [
    ...(identity === null && identityThere !== null ? [alter('DROP IDENTITY')] : []),
    ...generated.map(alter),
    ...(redefaulted && there !== null ? [alter('DROP DEFAULT')] : []),
    ...(retyped ? [alter(typeAction(expected))] : []),
    ...(attributes.has('notNull')
      ? [alter(flag(expected, 'notNull') ? 'SET NOT NULL' : 'DROP NOT NULL')]
      : []),
    ...(redefaulted && wanted !== null ? [alter(`SET DEFAULT ${wanted}`)] : []),
    ...(identity !== null && identityThere === null
      ? [alter(`ADD ${identityClause(expected)}`)]
      : []),
    ...(identity !== null && identityThere !== null ? alterIdentity(change, alter) : []),
  ];
}

function alterGenerated({ expected, actual, attributes }: Change, major: number): string[] | null {
  const [wanted, there] = [text(expected, 'generated'), text(actual, 'generated')];
  if (attributes.has('generated'))
    return wanted === null && there === 'stored' ? ['DROP EXPRESSION'] : null;
  if (!attributes.has('expression')) return [];
  return major < 17 ? null : [`SET EXPRESSION AS (${text(expected, 'expression')})`];
}

function typeAction(column: SchemaObject): string {
  const type = text(column, 'dataType');
  const collation = text(column, 'collation');
  const using = text(column, 'generated') === null;
  return [
    `TYPE ${type}`,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(using ? [`USING ${identifier(column.name)}${detour(column)}::${type}`] : []),
  ].join(' ');
}

/** A type of the application's own is had from any other by its text alone. */
function detour(column: SchemaObject): string {
  const isOwn = column.dependsOn.some((key) => ownTypes.test(key));
  return isOwn ? `::text${/(?:\[\])?$/.exec(text(column, 'dataType') ?? '')?.[0]}` : '';
}

/** Keys of what is no domain: a value is cast to that as it is. */
const ownTypes = /^\["(?:base type|enum|composite type|range type)"/;

function alterIdentity(
  { expected, actual, attributes }: Change,
  alter: (action: string) => string,
): string[] {
  const [sequence, sequenceThere] = [
    text(expected, 'identitySequence'),
    text(actual, 'identitySequence'),
  ];
  const options = list(expected, 'identityOptions').filter(
    (option) => !list(actual, 'identityOptions').includes(option),
  );
  return [
    ...(attributes.has('identity')
      ? [alter(`SET GENERATED ${text(expected, 'identity')?.toUpperCase()}`)]
      : []),
    ...(options.length > 0 ? [alter(options.map((option) => `SET ${option}`).join(' '))] : []),
    ...(sequence !== null && sequenceThere !== null && sequence !== sequenceThere
      ? [`ALTER SEQUENCE ${sequenceThere} RENAME TO ${lastName(sequence)}`]
      : []),
  ];
}

/** `"b"` of `a."b"`: a sequence of an identity lives in its table's schema. */
function lastName(name: string): string {
  return /("(?:[^"]|"")*"|[^".]*)$/.exec(name)?.[1] ?? name;
}

/** Statements for how a column is stored and sampled. */
export function alterColumnStorage(
  column: SchemaObject,
  attributes: ReadonlySet<string>,
  major: number,
): string[] {
  const alter = `ALTER TABLE ${relationOf(column)} ALTER COLUMN ${identifier(column.name)}`;
  const statistics = text(column, 'statistics');
  return [
    ...(attributes.has('storage') ? [`${alter} SET STORAGE ${storageWord(column, major)}`] : []),
    ...(attributes.has('compression')
      ? [`${alter} SET COMPRESSION ${text(column, 'compression') ?? 'DEFAULT'}`]
      : []),
    ...(attributes.has('statistics')
      ? [
          `${alter} SET STATISTICS ${statistics === null || statistics === 'default' ? '-1' : statistics}`,
        ]
      : []),
  ];
}
