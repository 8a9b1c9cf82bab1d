/** A single change to a live database, and the differences that it makes. */
export interface Mutation {
  readonly title: string;
  readonly sql: string;
  /** Each as `change type path: attributes`. */
  readonly differences: readonly string[];
}

const mutation = (title: string, sql: string, ...differences: string[]): Mutation => ({
  title,
  sql,
  differences,
});

/** Changes that are none. */
export const controls: readonly Mutation[] = [
  mutation('nothing', 'SELECT 1'),
  mutation(
    'a view is renamed there and back',
    'ALTER VIEW app.titles RENAME TO x; ALTER VIEW app.x RENAME TO titles',
  ),
  mutation(
    'a grant to the owner',
    'GRANT ALL ON FUNCTION app.plus(integer, integer) TO CURRENT_USER',
  ),
  mutation(
    'a function is made again as it is',
    `CREATE OR REPLACE FUNCTION app.noted() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end'`,
  ),
  mutation('ANALYZE', 'ANALYZE app.users'),
  mutation(
    'a trigger is disabled and enabled',
    'ALTER TABLE app.posts DISABLE TRIGGER touch; ALTER TABLE app.posts ENABLE TRIGGER touch',
  ),
  mutation(
    'the locale of a collation is spelt in another way',
    `DROP COLLATION app.cased; CREATE COLLATION app.cased (PROVIDER = icu, LOCALE = 'und-u-kn-true-kf-upper')`,
  ),
  mutation(
    'an attribute comes and goes',
    'ALTER TYPE app.place ADD ATTRIBUTE w integer; ALTER TYPE app.place DROP ATTRIBUTE w',
  ),
  mutation(
    'the default privileges of a role as they were',
    'ALTER DEFAULT PRIVILEGES FOR ROLE others_reader GRANT ALL ON TABLES TO others_reader',
  ),
];

const numFunctions = `CREATE FUNCTION app.num_in(cstring) RETURNS app.num LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION app.num_out(app.num) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE FUNCTION app.a_num_send(app.num) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';`;

export const mutations: readonly Mutation[] = [
  mutation(
    'an enum has one label more',
    `ALTER TYPE app.size ADD VALUE 'xl'`,
    'changed enum app.size: labels',
  ),
  mutation(
    'an enum that a view, a cast and others use has one label more',
    `ALTER TYPE app.mood ADD VALUE 'better' BEFORE 'ok'`,
    'changed enum app.mood: labels',
  ),
  mutation(
    'an enum lacks labels',
    `ALTER TABLE app.shirts ALTER size DROP DEFAULT, ALTER size TYPE text, ALTER sizes DROP DEFAULT, ALTER sizes TYPE text[];
    ALTER TYPE app.spare DROP ATTRIBUTE c;
    DROP TYPE app.size; CREATE TYPE app.size AS ENUM ('l', 's'); ALTER TYPE app.spare ADD ATTRIBUTE c app.size;
    ALTER TABLE app.shirts ALTER size TYPE app.size USING 'l', ALTER size SET DEFAULT 'l', ALTER sizes TYPE app.size[] USING sizes::app.size[], ALTER sizes SET DEFAULT '{s}'`,
    'changed column app.shirts.size: default',
    'changed enum app.size: labels',
  ),
  mutation(
    'an enum has a label of another name',
    `ALTER TYPE app.mood RENAME VALUE 'sad' TO 'blue'`,
    'changed enum app.mood: labels',
  ),
  mutation(
    'an enum has another name',
    'ALTER TYPE app.size RENAME TO extent',
    'changed column app.shirts.size: dataType, default',
    'changed column app.shirts.sizes: dataType, default',
    'changed composite type app.spare: fields',
    'missing enum app.size',
    'unexpected enum app.extent',
  ),
  mutation(
    'an enum has another owner',
    'ALTER TYPE app.mood OWNER TO others_owner',
    'changed enum app.mood: owner',
  ),
  mutation(
    'an enum may not be used by all',
    'REVOKE USAGE ON TYPE app.mood FROM PUBLIC',
    'changed enum app.mood: grants',
  ),
  mutation(
    'an enum has another comment',
    `COMMENT ON TYPE app.mood IS NULL`,
    'changed enum app.mood: comment',
  ),
  mutation(
    'a base type has other functions, storage, owner and comment',
    `ALTER TYPE app.num SET (SEND = NONE, ANALYZE = range_typanalyze); ALTER TYPE app.num OWNER TO others_owner;
    COMMENT ON TYPE app.num IS NULL; REVOKE USAGE ON TYPE app.num FROM PUBLIC`,
    'changed base type app.num: definition, owner, grants, comment',
  ),
  mutation(
    'a base type is of another category',
    `DROP VIEW app.amounts; DROP DOMAIN app.counted_num;
    ALTER TABLE app.shirts ALTER amount DROP DEFAULT, ALTER amounts DROP DEFAULT, ALTER amount TYPE text, ALTER amounts TYPE text;
    DROP TYPE app.num CASCADE; CREATE TYPE app.num;
    ${numFunctions}
    CREATE TYPE app.num (INPUT = app.num_in, OUTPUT = app.num_out, SEND = app.a_num_send, LIKE = integer, CATEGORY = 'U', DEFAULT = '7', DELIMITER = ';');
    COMMENT ON TYPE app.num IS 'a number'; CREATE DOMAIN app.counted_num AS app.num;
    ALTER TABLE app.shirts ALTER amount TYPE app.num USING amount::app.num, ALTER amounts TYPE app.num[] USING amounts::app.num[],
      ALTER amount SET DEFAULT '5', ALTER amounts SET DEFAULT '{5}'; CREATE VIEW app.amounts AS SELECT amount FROM app.shirts`,
    'changed base type app.num: definition',
  ),
  mutation(
    'a base type is missing',
    `DROP VIEW app.amounts; ALTER TABLE app.shirts ALTER amount DROP DEFAULT, ALTER amounts DROP DEFAULT, ALTER amount TYPE text, ALTER amounts TYPE text;
    DROP TYPE app.num CASCADE`,
    'missing base type app.num',
    'changed column app.shirts.amount: dataType, default',
    'changed column app.shirts.amounts: dataType, default',
    'missing domain app.counted_num',
    'missing function app.a_num_send(app.num)',
    'missing function app.num_in(cstring)',
    'missing function app.num_out(app.num)',
    'missing view app.amounts',
  ),
  mutation(
    'a base type too many, and one that is only named',
    `CREATE TYPE app.more; CREATE TYPE app.named;
    CREATE FUNCTION app.more_in(cstring) RETURNS app.more LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
    CREATE FUNCTION app.more_out(app.more) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
    CREATE TYPE app.more (INPUT = app.more_in, OUTPUT = app.more_out, LIKE = integer); CREATE TABLE app.mores (n app.more)`,
    'unexpected base type app.more',
    'unexpected base type app.named',
    'unexpected column app.mores.n',
    'unexpected function app.more_in(cstring)',
    'unexpected function app.more_out(app.more)',
    'unexpected table app.mores',
  ),
  mutation(
    'a type that is only named is missing',
    'DROP TYPE app.only_named',
    'missing base type app.only_named',
  ),
  mutation('an enum too many', `CREATE TYPE app.tone AS ENUM ('red')`, 'unexpected enum app.tone'),

  mutation(
    'a domain has another default',
    `ALTER DOMAIN app.email SET DEFAULT 'a@b'`,
    'changed domain app.email: default',
  ),
  mutation(
    'a domain has no default',
    `ALTER DOMAIN app.email DROP DEFAULT`,
    'changed domain app.email: default',
  ),
  mutation(
    'a domain takes null',
    'ALTER DOMAIN app.email DROP NOT NULL',
    'changed domain app.email: notNull',
  ),
  mutation(
    'a domain takes no null',
    'ALTER DOMAIN app.positive SET NOT NULL',
    'changed domain app.positive: notNull',
  ),
  mutation(
    'a domain lacks a check',
    'ALTER DOMAIN app.email DROP CONSTRAINT "has at"',
    'changed domain app.email: constraints, constraintComments',
  ),
  mutation(
    'checks of domains have other comments',
    `COMMENT ON CONSTRAINT "has at" ON DOMAIN app.email IS NULL; COMMENT ON CONSTRAINT long ON DOMAIN app.email IS 'x';
    COMMENT ON CONSTRAINT positive_check ON DOMAIN app.positive IS 'more than nothing'`,
    'changed domain app.email: constraintComments',
    'changed domain app.positive: constraintComments',
  ),
  mutation(
    'a check of a domain with a comment is another',
    `ALTER DOMAIN app.email DROP CONSTRAINT "has at"; ALTER DOMAIN app.email ADD CONSTRAINT "has at" CHECK (VALUE <> '@');
    COMMENT ON CONSTRAINT "has at" ON DOMAIN app.email IS 'it''s: an address'`,
    'changed domain app.email: constraints',
  ),
  mutation(
    'a check of a domain is valid',
    'ALTER DOMAIN app.email VALIDATE CONSTRAINT long',
    'changed domain app.email: constraints',
  ),
  mutation(
    'a check of a domain is not valid',
    'ALTER DOMAIN app.positive DROP CONSTRAINT positive_check; ALTER DOMAIN app.positive ADD CHECK (VALUE > 0) NOT VALID',
    'changed domain app.positive: constraints',
  ),
  mutation(
    'a domain is of another type',
    'DROP DOMAIN app.positive; CREATE DOMAIN app.positive AS bigint CHECK (VALUE > 0)',
    'changed domain app.positive: baseType',
  ),

  mutation(
    'a composite type has a field more',
    'ALTER TYPE app.place ADD ATTRIBUTE z integer',
    'changed composite type app.place: fields',
  ),
  mutation(
    'a composite type has a field less',
    'ALTER TYPE app.place DROP ATTRIBUTE hue',
    'changed composite type app.place: fields',
  ),
  mutation(
    'a composite type has a field less in the middle',
    'ALTER TYPE app.place DROP ATTRIBUTE "Y y"',
    'changed composite type app.place: fields, columnComments',
  ),
  mutation(
    'a composite type has a field of another type',
    'DROP TYPE app.spare; CREATE TYPE app.spare AS (a bigint, b text, c app.size)',
    'changed composite type app.spare: fields',
  ),
  mutation(
    'a field has another comment',
    `COMMENT ON COLUMN app.place.x IS 'x'`,
    'changed composite type app.place: columnComments',
  ),

  mutation(
    'a range type has no difference function',
    'ALTER TABLE app.users ALTER span TYPE text; DROP TYPE app.span; CREATE TYPE app.span AS RANGE (SUBTYPE = float8); ALTER TABLE app.users ALTER span TYPE app.span USING span::app.span',
    'changed range type app.span: subtypeDiff',
  ),
  mutation(
    'a collation has another locale',
    `ALTER TABLE app.users ALTER code TYPE text COLLATE "C"; DROP COLLATION app.numeric_order; CREATE COLLATION app.numeric_order (PROVIDER = icu, LOCALE = 'de'); ALTER TABLE app.users ALTER code TYPE text COLLATE app.numeric_order`,
    'changed collation app.numeric_order: locale',
  ),
  mutation(
    'a collation has the locale of another spelling, and one more',
    `DROP COLLATION app.cased; CREATE COLLATION app.cased (PROVIDER = icu, LOCALE = 'und-u-kf-upper-kc')`,
    'changed collation app.cased: locale',
  ),
  mutation(
    'a collation is missing',
    `DROP COLLATION app.spare_order`,
    'missing collation app.spare_order',
  ),

  mutation(
    'a function has another body',
    `CREATE OR REPLACE FUNCTION app.add(text) RETURNS text LANGUAGE plpgsql AS 'begin return null; end'`,
    'changed function app.add(text): body',
  ),
  mutation(
    'a function of SQL has another body',
    'CREATE OR REPLACE FUNCTION app.plus(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN $1 - $2',
    'changed function app.plus(integer, integer): body',
  ),
  mutation(
    'a function that a default calls has other arguments',
    `ALTER TABLE app.shirts ALTER price DROP DEFAULT; DROP FUNCTION app.price_of(text);
    CREATE FUNCTION app.price_of(thing text) RETURNS integer LANGUAGE sql AS 'select 7';
    ALTER TABLE app.shirts ALTER price SET DEFAULT app.price_of('x')`,
    'changed function app.price_of(text): arguments',
  ),
  mutation(
    'a function has no default',
    'DROP VIEW app.above; DROP FUNCTION app.add(integer, integer); CREATE FUNCTION app.add(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 RETURN a + b; CREATE VIEW app.above AS SELECT id FROM app.titles WHERE app.add(id, 2) > 3',
    'changed function app.add(integer, integer): defaults',
    'changed view app.above: definition',
  ),
  mutation(
    'an argument has another name',
    `DROP FUNCTION app.pairs(); CREATE FUNCTION app.pairs() RETURNS TABLE (b integer, "B b" text) LANGUAGE sql AS 'select 1, ''x'''`,
    'changed function app.pairs(): returns',
  ),
  mutation(
    'a function is volatile',
    'ALTER FUNCTION app.plus(integer, integer) VOLATILE',
    'changed function app.plus(integer, integer): volatility',
  ),
  mutation(
    'a function takes null',
    'ALTER FUNCTION app.add(integer, integer) CALLED ON NULL INPUT',
    'changed function app.add(integer, integer): strict',
  ),
  mutation(
    'a function runs as who calls it',
    'ALTER FUNCTION app.touched() SECURITY INVOKER',
    'changed function app.touched(): securityDefiner',
  ),
  mutation(
    'a function is leakproof',
    'ALTER FUNCTION app.plus(integer, integer) LEAKPROOF',
    'changed function app.plus(integer, integer): leakproof',
  ),
  mutation(
    'a function is not for parallel plans',
    'ALTER FUNCTION app.add(integer, integer) PARALLEL RESTRICTED',
    'changed function app.add(integer, integer): parallel',
  ),
  mutation(
    'a function costs and yields otherwise',
    'ALTER FUNCTION app.listed(text[]) COST 7 ROWS 3',
    'changed function app.listed(text[]): cost, rows',
  ),
  mutation(
    'a function has another setting',
    `ALTER FUNCTION app.listed(text[]) SET search_path = '' RESET work_mem`,
    'changed function app.listed(text[]): settings',
  ),
  mutation(
    'a function has lost its settings',
    'ALTER FUNCTION app.touched() RESET ALL',
    'changed function app.touched(): settings',
  ),
  mutation(
    'a function has another owner',
    'ALTER FUNCTION app.plus(integer, integer) OWNER TO others_owner',
    'changed function app.plus(integer, integer): owner',
  ),
  mutation(
    'all may call a function',
    'GRANT EXECUTE ON FUNCTION app.add(text) TO PUBLIC',
    'changed function app.add(text): grants',
  ),
  mutation(
    'a function has another comment',
    `COMMENT ON FUNCTION app.add(text) IS 'x'`,
    'changed function app.add(text): comment',
  ),
  mutation(
    'a function is missing',
    'DROP FUNCTION app.listed(text[])',
    'missing function app.listed(text[])',
  ),
  mutation(
    'a function too many',
    `CREATE FUNCTION app.add(date) RETURNS int LANGUAGE sql AS 'select 1'`,
    'unexpected function app.add(date)',
  ),
  mutation(
    'a procedure has another body',
    'CREATE OR REPLACE PROCEDURE app.tidy(INOUT n integer) LANGUAGE sql BEGIN ATOMIC SELECT 1; END',
    'changed procedure app.tidy(integer): body',
  ),
  mutation(
    'an aggregate has another start',
    `CREATE OR REPLACE AGGREGATE app.total(integer) (SFUNC = app.plus, STYPE = integer, INITCOND = '1', PARALLEL = SAFE)`,
    'changed aggregate app.total(integer): definition',
  ),
  mutation(
    'an aggregate is missing',
    `DROP AGGREGATE app.nth(float8 ORDER BY anyelement)`,
    'missing aggregate app.nth(double precision, anyelement)',
  ),
  mutation(
    'an aggregate of all has a comment',
    `COMMENT ON AGGREGATE app.how_many(*) IS 'x'`,
    'changed aggregate app.how_many(): comment',
  ),

  mutation(
    'an operator knows no selectivity',
    'ALTER OPERATOR app.<#(app.place, app.place) SET (RESTRICT = NONE)',
    'changed operator app.<#(app.place, app.place): definition',
  ),
  mutation(
    'an operator has another owner',
    'ALTER OPERATOR app.>#(app.place, app.place) OWNER TO others_owner',
    'changed operator app.>#(app.place, app.place): owner',
  ),
  mutation(
    'an operator class is missing',
    'DROP OPERATOR CLASS app.place_ops USING btree',
    'missing operator class app.place_ops USING btree',
  ),
  mutation(
    'an operator family is smaller',
    'ALTER OPERATOR FAMILY app.loose USING btree DROP OPERATOR 5 (app.place, app.place)',
    'changed operator family app.loose USING btree: members',
  ),
  mutation(
    'a cast is implicit',
    'DROP CAST (app.mood AS integer); CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_number(app.mood) AS IMPLICIT',
    'changed cast (app.mood AS integer): context, comment',
  ),
  mutation(
    'a dictionary has other settings',
    'ALTER TEXT SEARCH DICTIONARY app.words (stopwords)',
    'changed text search dictionary app.words: settings',
  ),
  mutation(
    'a search configuration maps otherwise',
    'ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR asciiword WITH simple; ALTER TEXT SEARCH CONFIGURATION app.search DROP MAPPING FOR email',
    'changed text search configuration app.search: mappings',
  ),
  mutation('a conversion is missing', 'DROP CONVERSION app.latin', 'missing conversion app.latin'),
  mutation(
    'a wrapper has another option',
    `ALTER FOREIGN DATA WRAPPER others_wrapper OPTIONS (SET debug 'false')`,
    'changed foreign data wrapper others_wrapper: options',
  ),
  mutation(
    'a server has other options',
    `ALTER SERVER others_server VERSION '2' OPTIONS (DROP host, ADD port '1')`,
    'changed foreign server others_server: version, options',
  ),
  mutation(
    'a server has a password',
    `ALTER SERVER others_server OPTIONS (ADD password 'not-to-be-read')`,
    'changed foreign server others_server: options',
  ),
  mutation(
    'a server may be used',
    'GRANT USAGE ON FOREIGN SERVER others_server TO others_reader',
    'changed foreign server others_server: grants',
  ),
  mutation(
    'a user mapping too many',
    'CREATE USER MAPPING FOR others_owner SERVER others_server',
    'unexpected user mapping others_owner SERVER others_server',
  ),
  mutation(
    'a user mapping has another user, and options that may not be read',
    `ALTER USER MAPPING FOR others_reader SERVER others_server
    OPTIONS (SET user 'y', ADD api_key 'not-to-be-read', ADD dsn 'postgres://u:not-to-be-read@h', ADD words 'host=h password=not-to-be-read')`,
    'changed user mapping others_reader SERVER others_server: options',
  ),
  mutation(
    'a user mapping has no options, and another password',
    `ALTER USER MAPPING FOR others_reader SERVER others_server OPTIONS (DROP user, SET password 'not-to-be-read')`,
    'changed user mapping others_reader SERVER others_server: options',
  ),
  mutation(
    'a user mapping is missing that has no password',
    'DROP USER MAPPING FOR PUBLIC SERVER others_server',
    'missing user mapping PUBLIC SERVER others_server',
  ),

  mutation(
    'a view has another query',
    'CREATE OR REPLACE VIEW app.above AS SELECT id FROM app.titles WHERE app.add(id) > 4',
    'changed view app.above: definition',
  ),
  mutation(
    'a view has a column more',
    'CREATE OR REPLACE VIEW app.above AS SELECT id, 1 AS one FROM app.titles WHERE app.add(id) > 3',
    'changed view app.above: definition, columnTypes',
  ),
  mutation(
    'a view beneath another lacks a column',
    'DROP VIEW app.above; ALTER VIEW app.titles RENAME COLUMN author TO writer; CREATE VIEW app.above AS SELECT id FROM app.titles WHERE app.add(id) > 3',
    'changed view app.titles: definition, columnTypes',
  ),
  mutation(
    'a view has other options',
    'ALTER VIEW app.titles SET (security_invoker = true); ALTER VIEW app.titles RESET (security_barrier)',
    'changed view app.titles: options',
  ),
  mutation(
    'a view has no check option',
    'ALTER VIEW app.titles RESET (check_option)',
    'changed view app.titles: options',
  ),
  mutation(
    'a column of a view has no default',
    'ALTER VIEW app.titles ALTER COLUMN title DROP DEFAULT',
    'changed view app.titles: columnDefaults',
  ),
  mutation(
    'a column of a view has another default',
    `ALTER VIEW app.titles ALTER COLUMN title SET DEFAULT 'x'`,
    'changed view app.titles: columnDefaults',
  ),
  mutation(
    'a column of a view has no comment',
    'COMMENT ON COLUMN app.titles.title IS NULL',
    'changed view app.titles: columnComments',
  ),
  mutation(
    'a view has another owner',
    'ALTER VIEW app.titles OWNER TO CURRENT_USER',
    'changed view app.titles: owner',
  ),
  mutation(
    'a view cannot be read',
    'REVOKE SELECT ON app.titles FROM others_reader',
    'changed view app.titles: grants',
  ),
  mutation(
    'a column of a view cannot be written',
    'REVOKE UPDATE (title) ON app.titles FROM others_reader',
    'changed view app.titles: columnGrants',
  ),
  mutation('a view is missing', 'DROP VIEW app.above', 'missing view app.above'),
  mutation(
    'a materialized view has another query',
    'DROP MATERIALIZED VIEW app.empty; CREATE MATERIALIZED VIEW app.empty AS SELECT 2 AS one WITH NO DATA',
    'changed materialized view app.empty: definition',
  ),
  mutation(
    'a materialized view is empty',
    'REFRESH MATERIALIZED VIEW app.counted WITH NO DATA',
    'changed materialized view app.counted: populated',
  ),
  mutation(
    'a materialized view is filled',
    'REFRESH MATERIALIZED VIEW app.empty',
    'changed materialized view app.empty: populated',
  ),
  mutation(
    'a materialized view has other options',
    'ALTER MATERIALIZED VIEW app.counted SET (fillfactor = 80, autovacuum_enabled = false)',
    'changed materialized view app.counted: options',
  ),
  mutation(
    'a materialized view is missing, with its index',
    'DROP MATERIALIZED VIEW app.counted',
    'missing index app.counted.counted_mood',
    'missing materialized view app.counted',
  ),

  mutation(
    'a trigger is disabled',
    'ALTER TABLE app.posts DISABLE TRIGGER touch',
    'changed trigger app.posts.touch: enabled',
  ),
  mutation(
    'a trigger fires always',
    'ALTER TABLE app.posts ENABLE ALWAYS TRIGGER later',
    'changed trigger app.posts.later: enabled',
  ),
  mutation(
    'a trigger has another condition',
    'CREATE OR REPLACE TRIGGER touch BEFORE UPDATE OF title ON app.posts FOR EACH ROW EXECUTE FUNCTION app.touched()',
    'changed trigger app.posts.touch: definition',
  ),
  mutation(
    'a trigger of a view is missing',
    'DROP TRIGGER instead ON app.titles',
    'missing trigger app.titles.instead',
  ),
  mutation(
    'a constraint trigger is missing',
    'DROP TRIGGER checked ON app.posts',
    'missing trigger app.posts.checked',
  ),
  mutation(
    'a trigger of a partitioned table is disabled',
    'ALTER TABLE ONLY app.events DISABLE TRIGGER of_events; ALTER TABLE app.events_1 DISABLE TRIGGER of_events',
    'changed trigger app.events.of_events: enabled',
  ),
  mutation(
    'a trigger of a partition is disabled',
    'ALTER TABLE app.events_1 DISABLE TRIGGER of_events',
    'unexpected internal triggers app.events_1.all',
  ),
  mutation(
    'all triggers are disabled, those of foreign keys too',
    'ALTER TABLE app.posts DISABLE TRIGGER ALL',
    'changed trigger app.posts.checked: enabled',
    'changed trigger app.posts.touch: enabled',
    'unexpected internal triggers app.posts.all',
  ),
  mutation(
    'only triggers of foreign keys are disabled',
    'ALTER TABLE app.users DISABLE TRIGGER ALL',
    'unexpected internal triggers app.users.all',
  ),
  mutation(
    'a rule has another action',
    'CREATE OR REPLACE RULE gone AS ON DELETE TO app.posts DO ALSO NOTIFY other',
    'changed rule app.posts.gone: definition',
  ),
  mutation(
    'a rule is disabled',
    'ALTER TABLE app.posts DISABLE RULE gone',
    'changed rule app.posts.gone: enabled',
  ),
  mutation('a rule is missing', 'DROP RULE gone ON app.posts', 'missing rule app.posts.gone'),
  mutation(
    'a policy asks less',
    'ALTER POLICY limited ON app.users USING (true)',
    'changed policy app.users.limited: using',
  ),
  mutation(
    'a policy lets more be written',
    'ALTER POLICY limited ON app.users WITH CHECK (id > 0)',
    'changed policy app.users.limited: check',
  ),
  mutation(
    'a policy asks at all',
    'ALTER POLICY everybody ON app.users USING (id > 0)',
    'changed policy app.users.everybody: using',
  ),
  mutation(
    'a policy is for other roles',
    'ALTER POLICY limited ON app.users TO PUBLIC',
    'changed policy app.users.limited: roles',
  ),
  mutation(
    'a policy is permissive and for all commands',
    'DROP POLICY limited ON app.users; CREATE POLICY limited ON app.users TO others_owner, others_reader USING (id > 0) WITH CHECK (id > 1)',
    'changed policy app.users.limited: command, permissive, comment',
  ),
  mutation(
    'a policy is missing',
    'DROP POLICY everybody ON app.users',
    'missing policy app.users.everybody',
  ),

  mutation(
    'a publication sends more',
    `ALTER PUBLICATION others_publication SET (publish = 'insert, delete')`,
    'changed publication others_publication: operations',
  ),
  mutation(
    'a publication has a table less',
    'ALTER PUBLICATION others_publication DROP TABLE app.users',
    'changed publication others_publication: tables',
  ),
  mutation(
    'a publication has other columns',
    'ALTER PUBLICATION others_publication SET TABLE app.posts (id), app.users',
    'changed publication others_publication: tables',
  ),
  mutation(
    'a publication goes by the root',
    'ALTER PUBLICATION others_publication SET (publish_via_partition_root)',
    'changed publication others_publication: viaRoot',
  ),
  mutation(
    'a publication is of all tables',
    'DROP PUBLICATION others_schemas; CREATE PUBLICATION others_schemas FOR ALL TABLES',
    'changed publication others_schemas: allTables, schemas',
  ),
  mutation(
    'an event trigger is disabled',
    'ALTER EVENT TRIGGER others_event DISABLE',
    'changed event trigger others_event: enabled',
  ),
  mutation(
    'an event trigger is for more',
    'DROP EVENT TRIGGER others_event; CREATE EVENT TRIGGER others_event ON ddl_command_end EXECUTE FUNCTION app.noted()',
    'changed event trigger others_event: tags',
  ),
  mutation(
    'default privileges are wider',
    'ALTER DEFAULT PRIVILEGES FOR ROLE others_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC',
    'missing default privileges FOR ROLE others_owner ON FUNCTIONS',
  ),
  mutation(
    'default privileges of a schema are wider',
    'ALTER DEFAULT PRIVILEGES FOR ROLE others_owner IN SCHEMA app GRANT ALL ON TABLES TO others_reader',
    'changed default privileges app.FOR ROLE others_owner ON TABLES: grants',
  ),
  mutation(
    'default privileges too many',
    'ALTER DEFAULT PRIVILEGES FOR ROLE others_owner REVOKE SELECT ON TABLES FROM others_owner',
    'unexpected default privileges FOR ROLE others_owner ON TABLES',
  ),
];
