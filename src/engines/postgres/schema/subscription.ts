import { literal } from '../quoting.ts';
import { commentOf, objectId, ownerOf } from './catalog.ts';
import type { Change, Kind } from './kind.ts';
import type { SchemaObject } from '../../schema.ts';
import { type Address, dress, flag, list, qualified, redress, text } from './statements.ts';

const address = (object: SchemaObject): Address => ({
  word: 'SUBSCRIPTION',
  name: qualified(object),
});

/** What SQL calls the attributes that are its parameters. */
const parameters = {
  slotName: 'slot_name',
  synchronousCommit: 'synchronous_commit',
  binary: 'binary',
  streaming: 'streaming',
  disableOnError: 'disable_on_error',
  passwordRequired: 'password_required',
  runAsOwner: 'run_as_owner',
  origin: 'origin',
} as const;

/** Those that change outside a transaction and while it is disabled. */
const slotParameters = { twoPhase: 'two_phase', failover: 'failover' } as const;

/** A column that came with a later version; NULL before. */
function since(first: number, major: number, column: string): string {
  return major >= first ? `${column}::pg_catalog.text` : 'NULL';
}

/**
 * Subscriptions of logical replication, without their connection: it may hold a password, and is
 * a superuser's alone. Parameters are null where the version has none of the name.
 */
export const subscription: Kind = {
  types: ['subscription'],
  sql: (major) => `
    SELECT ${objectId('pg_subscription', 's.oid')} AS id, 'subscription' AS type, NULL AS schema, NULL AS "table", s.subname AS name,
      ARRAY(SELECT pg_catalog.quote_ident(p.name) COLLATE "C" FROM pg_catalog.unnest(s.subpublications) p(name) ORDER BY 1) AS publications,
      s.subenabled AS enabled, s.subslotname AS "slotName", s.subsynccommit AS "synchronousCommit", s.subbinary::text AS binary,
      CASE s.substream::text WHEN 'p' THEN 'parallel' WHEN 't' THEN 'on' WHEN 'true' THEN 'on' ELSE 'off' END AS streaming,
      ${since(15, major, "(s.subtwophasestate <> 'd')")} AS "twoPhase", ${since(15, major, 's.subdisableonerr')} AS "disableOnError",
      ${since(16, major, 's.subpasswordrequired')} AS "passwordRequired", ${since(16, major, 's.subrunasowner')} AS "runAsOwner",
      ${since(16, major, 's.suborigin')} AS origin, ${since(17, major, 's.subfailover')} AS failover,
      ${ownerOf('s.subowner')} AS owner, ${commentOf('pg_subscription', 's.oid')} AS comment
    FROM pg_catalog.pg_subscription s
    WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`,
  create: (object) => [
    `CREATE ${named(object)} CONNECTION '' PUBLICATION ${list(object, 'publications').join(', ')} WITH (${[
      'connect = false',
      ...assigned(object, parameters),
      ...assigned(object, slotParameters),
    ].join(', ')})`,
    ...dress(object, address(object)),
  ],
  createNote: ({ attributes }) =>
    `Its connection is not read: set it with ALTER SUBSCRIPTION … CONNECTION, ${attributes['enabled'] === true ? 'ENABLE it ' : ''}and REFRESH PUBLICATION.`,
  drop: (object) => [
    // With its slot it could not be dropped in a transaction, nor without the publisher.
    ...(flag(object, 'enabled') ? [`ALTER ${named(object)} DISABLE`] : []),
    ...(text(object, 'slotName') === null ? [] : [`ALTER ${named(object)} SET (slot_name = NONE)`]),
    `DROP ${named(object)}`,
  ],
  dropNote: (object) =>
    text(object, 'slotName') === null
      ? null
      : `Its replication slot ${text(object, 'slotName')} stays on the publisher: drop it there.`,
  alter: alterSubscription,
  note: ({ attributes }) =>
    attributes.has('publications')
      ? 'Tables come and go with ALTER SUBSCRIPTION … REFRESH PUBLICATION, outside a transaction.'
      : Object.keys(slotParameters).some((name) => attributes.has(name))
        ? 'Runs outside a transaction, and needs the publisher; two_phase can be changed from PostgreSQL 18 on.'
        : null,
};

function alterSubscription({ expected, actual, attributes }: Change, { major }: { major: number }) {
  const alter = `ALTER ${named(expected)}`;
  const changed = assigned(expected, parameters, attributes);
  const ofSlot = assigned(expected, slotParameters, attributes).filter(
    (parameter) => major >= 18 || !parameter.startsWith(slotParameters.twoPhase),
  );
  const isEnabled = flag(expected, 'enabled');
  const stops = flag(actual, 'enabled') && (!isEnabled || ofSlot.length > 0);
  return [
    ...(stops ? [`${alter} DISABLE`] : []),
    ...(attributes.has('publications')
      ? [
          `${alter} SET PUBLICATION ${list(expected, 'publications').join(', ')} WITH (refresh = false)`,
        ]
      : []),
    ...(changed.length === 0 ? [] : [`${alter} SET (${changed.join(', ')})`]),
    ...ofSlot.map((parameter) => `${alter} SET (${parameter})`),
    ...(isEnabled && (stops || attributes.has('enabled')) ? [`${alter} ENABLE`] : []),
    ...redress(expected, actual, attributes, address(expected)),
  ];
}

function named(object: SchemaObject): string {
  return `SUBSCRIPTION ${qualified(object)}`;
}

/** `binary = E'true'` for each parameter, or each that is named. */
function assigned(
  object: SchemaObject,
  names: Readonly<Record<string, string>>,
  wanted: ReadonlySet<string> = new Set(Object.keys(names)),
): string[] {
  return Object.entries(names).flatMap(([name, parameter]) => {
    const value = text(object, name);
    if (!wanted.has(name) || (value === null && name !== 'slotName')) return [];
    return [`${parameter} = ${value === null ? 'NONE' : literal(value)}`];
  });
}
