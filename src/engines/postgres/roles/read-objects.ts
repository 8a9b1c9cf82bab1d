import { grantsSql } from './read-grants.ts';

/** One kind of object: what tells its owner, and its rights where the set is about them. */
interface Source {
  readonly catalog: string;
  readonly name: string;
  readonly namespace: string;
  readonly owner: string;
  readonly keyword?: string;
  readonly family?: string;
  readonly acl?: string;
  readonly definer?: string;
  readonly follows?: string;
  readonly where?: string;
}

const relationAcl = `(coalesce(o.relacl, acldefault(CASE WHEN o.relkind = 'S' THEN 's' ELSE 'r' END::"char", o.relowner))
  || coalesce((SELECT array_agg(a) FROM pg_attribute t, unnest(t.attacl) a WHERE t.attrelid = o.oid), '{}'))`;

/** A sequence of a column has the owner of its table. */
const ownedByColumn = `EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid
  AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND o.relkind = 'S')`;

/** What a view or a policy calls must be there for all who may read. */
const calledForReaders = `EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = o.oid
  AND d.classid IN ('pg_policy'::regclass, 'pg_rewrite'::regclass))`;

/** Types of rows, of arrays and of multiranges have the owner of what they belong to. */
const ownType = `o.typtype IN ('b', 'c', 'd', 'e', 'r')
  AND (o.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = o.typrelid AND c.relkind = 'c'))
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = o.oid)`;

const plain = (catalog: string, prefix: string, keyword: string): Source => ({
  catalog,
  name: `${prefix}name`,
  namespace: `${prefix}namespace`,
  owner: `${prefix}owner`,
  keyword,
});

const sources: readonly Source[] = [
  {
    catalog: 'pg_class',
    name: 'relname',
    namespace: 'relnamespace',
    owner: 'relowner',
    family: "CASE WHEN o.relkind = 'S' THEN 'sequence' ELSE 'table' END",
    acl: relationAcl,
    follows: ownedByColumn,
    where: "o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
  },
  {
    catalog: 'pg_proc',
    name: 'proname',
    namespace: 'pronamespace',
    owner: 'proowner',
    keyword: 'ROUTINE',
    family: "'routine'",
    acl: "coalesce(o.proacl, acldefault('f', o.proowner))",
    definer: `o.prosecdef AND NOT ${calledForReaders}`,
  },
  { ...plain('pg_type', 'typ', 'TYPE'), where: ownType },
  plain('pg_operator', 'opr', 'OPERATOR'),
  plain('pg_opclass', 'opc', 'OPERATOR CLASS'),
  plain('pg_opfamily', 'opf', 'OPERATOR FAMILY'),
  plain('pg_collation', 'coll', 'COLLATION'),
  plain('pg_conversion', 'con', 'CONVERSION'),
  plain('pg_statistic_ext', 'stx', 'STATISTICS'),
  plain('pg_ts_dict', 'dict', 'TEXT SEARCH DICTIONARY'),
  plain('pg_ts_config', 'cfg', 'TEXT SEARCH CONFIGURATION'),
];

/**
 * Objects of the schemas ($2), and whatever the roles that log in ($3) own elsewhere. Members of
 * extensions are left out: their owner and their rights are the extension's.
 */
export const objectsSql = `${sources.map(sourceSql).join('\nUNION ALL\n')}
ORDER BY 1, 2`;

function sourceSql(source: Source): string {
  const { catalog, name, namespace, owner, keyword, where = 'true' } = source;
  const { family = 'NULL::text', acl, definer = 'false', follows = 'false' } = source;
  return `SELECT i.identity, ${keyword ? `'${keyword}'` : 'upper(i.type)'} AS keyword, ${family} AS family,
  n.nspname AS schema, o.${name} AS name, pg_get_userbyid(o.${owner}) AS owner,
  pg_has_role(current_user, o.${owner}, 'USAGE') AS mine, ${follows} AS follows, ${definer} AS definer,
  ${acl ? grantsSql(acl, `o.${owner}`) : "'[]'::json"} AS grants
FROM pg_catalog.${catalog} o JOIN pg_namespace n ON n.oid = o.${namespace},
  pg_identify_object('pg_catalog.${catalog}'::regclass, o.oid, 0) i
WHERE ${where} AND n.nspname !~ '^pg_(catalog|toast|temp)' AND n.nspname <> 'information_schema'
  AND (n.nspname = ANY ($2) OR pg_get_userbyid(o.${owner}) = ANY ($3))
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_catalog.${catalog}'::regclass AND e.objid = o.oid AND e.deptype = 'e')`;
}
