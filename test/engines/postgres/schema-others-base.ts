/** One of each kind of object that is no table and no part of one, with all that it can say. */
export const baseSql = `
CREATE SCHEMA app AUTHORIZATION others_owner;
GRANT ALL ON SCHEMA app TO others_reader;
CREATE COLLATION app.numeric_order (PROVIDER = icu, LOCALE = 'en-u-kn-true');
CREATE COLLATION app.cased (PROVIDER = icu, LOCALE = '@colCaseFirst=upper;colNumeric=yes');
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE app.hue AS ENUM ('red', 'blue');
COMMENT ON TYPE app.mood IS 'how it''s going';
CREATE DOMAIN app.email AS varchar(200) COLLATE "C" DEFAULT 'x@y' NOT NULL
  CONSTRAINT "has at" CHECK (VALUE LIKE '%@%');
ALTER DOMAIN app.email ADD CONSTRAINT long CHECK (length(VALUE) > 2) NOT VALID;
COMMENT ON CONSTRAINT "has at" ON DOMAIN app.email IS 'it''s: an address';
COMMENT ON CONSTRAINT long ON DOMAIN app.email IS 'not short';
CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
CREATE TYPE app.place AS (x double precision, "Y y" text COLLATE "C", hue app.hue);
COMMENT ON COLUMN app.place."Y y" IS 'the y';
CREATE TYPE app.size AS ENUM ('s', 'm', 'l');
CREATE TYPE app.spare AS (a integer, b text, c app.size);
CREATE COLLATION app.spare_order (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE TYPE app.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
CREATE TABLE app.users (
  id integer PRIMARY KEY, mood app.mood DEFAULT 'ok', moods app.mood[], mail app.email,
  at app.place, span app.span, code text COLLATE app.numeric_order);
CREATE TABLE app.posts (id integer PRIMARY KEY, author integer REFERENCES app.users, title text);
CREATE TABLE app.events (id integer, part integer) PARTITION BY LIST (part);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES IN (1);
INSERT INTO app.users VALUES (1, 'ok', '{sad,ok}', 'a@b', ROW(1, 'a', 'red'), '[1,2]', 'x');

-- Printed in one way before it is dumped, and in another after, if nobody took care.
CREATE TABLE app.labels (
  kind varchar(20) CHECK (kind IN ('a', 'it''s, b]')), n integer DEFAULT 1 CHECK (n::numeric = ANY (ARRAY[1, 2])));
CREATE INDEX labels_n ON app.labels (n) WHERE kind IN ('a', 'b');
CREATE VIEW app.labelled AS
  SELECT * FROM (SELECT n, kind, 'one' AS word FROM app.labels UNION ALL SELECT NULL, NULL, 'two') q
  WHERE kind NOT IN ('(ARRAY[''x''::character varying])::text[]', 'y');

CREATE FUNCTION app.price_of(name text) RETURNS integer LANGUAGE sql AS 'select 7';
CREATE TYPE app.num;
CREATE FUNCTION app.num_in(cstring) RETURNS app.num LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.num_out(app.num) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE FUNCTION app.a_num_send(app.num) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT AS 'int4send';
CREATE TYPE app.num (INPUT = app.num_in, OUTPUT = app.num_out, SEND = app.a_num_send, LIKE = integer, CATEGORY = 'N', DEFAULT = '7', DELIMITER = ';');
COMMENT ON TYPE app.num IS 'a number';
CREATE TYPE app.only_named;
CREATE DOMAIN app.counted_num AS app.num;
CREATE TABLE app.shirts (
  id integer PRIMARY KEY, size app.size NOT NULL DEFAULT 'm', sizes app.size[] DEFAULT '{s}',
  price integer DEFAULT app.price_of('x'), amount app.num DEFAULT '5', amounts app.num[] DEFAULT '{5}');
CREATE VIEW app.amounts AS SELECT amount FROM app.shirts;
INSERT INTO app.shirts VALUES (1, 'l', '{s,l}', 3), (2, DEFAULT, DEFAULT, DEFAULT);
CREATE FUNCTION app.add(a integer, b integer DEFAULT 2) RETURNS integer
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 RETURN a + b;
CREATE FUNCTION app.add(text) RETURNS text LANGUAGE plpgsql AS 'begin return $1; end';
COMMENT ON FUNCTION app.add(text) IS 'with a $function$ in it';
REVOKE EXECUTE ON FUNCTION app.add(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.add(text) TO others_reader;
CREATE FUNCTION app.listed(VARIADIC words text[], OUT n integer, OUT word text) RETURNS SETOF record
  LANGUAGE plpgsql ROWS 10 SET search_path = app, "$user" SET work_mem = '4MB'
  AS $x$begin -- $function$ 'quoted' \\
  n := 1; return next; end$x$;
CREATE FUNCTION app.pairs() RETURNS TABLE (a integer, "B b" text) LANGUAGE sql AS 'select 1, ''x''';
CREATE PROCEDURE app.tidy(INOUT n integer) LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE FUNCTION app.touched() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''
  AS 'begin return new; end';
CREATE FUNCTION app.noted() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end';
CREATE FUNCTION app.plus(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN $1 + $2;
CREATE AGGREGATE app.total(integer) (SFUNC = app.plus, STYPE = integer, INITCOND = '0', PARALLEL = SAFE);
CREATE AGGREGATE app.how_many(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE app.nth(float8 ORDER BY anyelement)
  (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE FUNCTION app.is_less(app.place, app.place) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN ($1).x < ($2).x;
CREATE FUNCTION app.is_more(app.place, app.place) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN ($1).x > ($2).x;
CREATE FUNCTION app.compare(app.place, app.place) RETURNS integer LANGUAGE sql IMMUTABLE RETURN 0;
CREATE OPERATOR app.<# (FUNCTION = app.is_less, LEFTARG = app.place, RIGHTARG = app.place,
  COMMUTATOR = OPERATOR(app.>#), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR app.># (FUNCTION = app.is_more, LEFTARG = app.place, RIGHTARG = app.place, COMMUTATOR = OPERATOR(app.<#));
CREATE OPERATOR CLASS app.place_ops FOR TYPE app.place USING btree AS
  OPERATOR 1 app.<#, FUNCTION 1 app.compare(app.place, app.place);
CREATE OPERATOR FAMILY app.loose USING btree;
ALTER OPERATOR FAMILY app.loose USING btree ADD OPERATOR 5 app.>#(app.place, app.place);
CREATE FUNCTION app.mood_number(app.mood) RETURNS integer LANGUAGE sql IMMUTABLE RETURN 1;
CREATE CAST (app.mood AS integer) WITH FUNCTION app.mood_number(app.mood) AS ASSIGNMENT;
COMMENT ON CAST (app.mood AS integer) IS 'a number';

CREATE TEXT SEARCH DICTIONARY app.words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR asciiword WITH app.words, english_stem;
CREATE CONVERSION app.latin FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE FOREIGN DATA WRAPPER others_wrapper OPTIONS (debug 'true');
CREATE SERVER others_server TYPE 'far' VERSION '1' FOREIGN DATA WRAPPER others_wrapper
  OPTIONS (host 'h');
CREATE USER MAPPING FOR others_reader SERVER others_server OPTIONS (user 'x', password 'not-to-be-read');
CREATE USER MAPPING FOR PUBLIC SERVER others_server OPTIONS (user 'anybody');

CREATE VIEW app.titles WITH (security_barrier, check_option = local) AS
  SELECT id, title, author FROM app.posts WHERE id > 0;
ALTER VIEW app.titles ALTER COLUMN title SET DEFAULT 'none';
ALTER VIEW app.titles OWNER TO others_owner;
COMMENT ON VIEW app.titles IS 'titles';
COMMENT ON COLUMN app.titles.title IS 'the title';
GRANT SELECT ON app.titles TO others_reader;
GRANT UPDATE (title) ON app.titles TO others_reader;
CREATE VIEW app.above AS SELECT id FROM app.titles WHERE app.add(id) > 3;
CREATE MATERIALIZED VIEW app.counted WITH (fillfactor = 70) AS
  SELECT mood, count(*) AS n FROM app.users GROUP BY mood;
CREATE UNIQUE INDEX counted_mood ON app.counted (mood);
CREATE MATERIALIZED VIEW app.empty AS SELECT 1 AS one WITH NO DATA;
CREATE FUNCTION app.instead() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
CREATE TRIGGER instead INSTEAD OF INSERT ON app.titles FOR EACH ROW EXECUTE FUNCTION app.instead();

CREATE TRIGGER touch BEFORE UPDATE OF title ON app.posts FOR EACH ROW
  WHEN (old.title IS DISTINCT FROM new.title) EXECUTE FUNCTION app.touched();
COMMENT ON TRIGGER touch ON app.posts IS 'touches';
CREATE TRIGGER later AFTER INSERT ON app.posts FOR EACH ROW EXECUTE FUNCTION app.touched();
ALTER TABLE app.posts DISABLE TRIGGER later;
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON app.posts DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION app.touched();
CREATE TRIGGER of_events AFTER INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touched();
CREATE RULE gone AS ON DELETE TO app.posts DO ALSO NOTIFY gone;
COMMENT ON RULE gone ON app.posts IS 'tells';
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY limited ON app.users AS RESTRICTIVE FOR UPDATE TO others_owner, others_reader
  USING (id > 0) WITH CHECK (id > 1);
CREATE POLICY everybody ON app.users;
COMMENT ON POLICY limited ON app.users IS 'not all';

CREATE PUBLICATION others_publication FOR TABLE app.posts (id, title) WHERE (id > 5), app.users WITH (publish = 'insert');
CREATE PUBLICATION others_schemas FOR TABLES IN SCHEMA app;
CREATE EVENT TRIGGER others_event ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION app.noted();
ALTER DEFAULT PRIVILEGES FOR ROLE others_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE others_owner IN SCHEMA app GRANT SELECT, INSERT ON TABLES TO others_reader;
`;
