CREATE SCHEMA app;
CREATE SCHEMA "Odd ""schema";
CREATE EXTENSION pg_trgm WITH SCHEMA app;
CREATE EXTENSION file_fdw;
CREATE EXTENSION tablefunc WITH SCHEMA app;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE COLLATION app.plain (provider = libc, locale = 'C');
CREATE TYPE app.mood AS ENUM ('sad', 'glad');
CREATE TYPE app.pair AS (a integer, b text);
CREATE FUNCTION app.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';

CREATE SEQUENCE app.ticket INCREMENT BY 5 MINVALUE 10 MAXVALUE 9223372036854775807 START 20 CACHE 7;
COMMENT ON SEQUENCE app.ticket IS 'numbers';
GRANT USAGE ON SEQUENCE app.ticket TO PUBLIC;

CREATE TABLE app.customer (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 2) PRIMARY KEY,
  name text NOT NULL COLLATE app.plain DEFAULT 'nobody',
  mail varchar(200),
  mood app.mood DEFAULT 'glad',
  score numeric(10,2) DEFAULT 0,
  tags text[] DEFAULT '{}',
  born date,
  doubled integer GENERATED ALWAYS AS (app.twice(1) + 1) STORED,
  CONSTRAINT score_positive CHECK (score >= 0),
  CONSTRAINT customer_mail_key UNIQUE NULLS NOT DISTINCT (mail) INCLUDE (name) WITH (fillfactor = 80)
) WITH (fillfactor = 90, autovacuum_enabled = false, toast.autovacuum_enabled = false);
COMMENT ON TABLE app.customer IS 'who buys';
COMMENT ON COLUMN app.customer.name IS 'as they call themselves';
COMMENT ON CONSTRAINT score_positive ON app.customer IS 'no debts';
ALTER TABLE app.customer ALTER COLUMN name SET STORAGE EXTERNAL, ALTER COLUMN name SET STATISTICS 250,
  ALTER COLUMN mail SET COMPRESSION pglz, ALTER COLUMN born SET (n_distinct = -0.5);
GRANT SELECT, INSERT ON app.customer TO relations_app;
GRANT ALL ON app.customer TO relations_admin WITH GRANT OPTION;
GRANT UPDATE (name, mail) ON app.customer TO relations_app;
REVOKE TRUNCATE ON app.customer FROM CURRENT_USER;
GRANT USAGE, SELECT ON SEQUENCE app.customer_id_seq TO relations_app;
COMMENT ON SEQUENCE app.customer_id_seq IS 'counts customers';
ALTER TABLE app.customer ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE INDEX customer_name ON app.customer USING btree (lower(name) DESC NULLS LAST, born) INCLUDE (score)
  WITH (fillfactor = 75) WHERE score > 1;
CREATE INDEX customer_trgm ON app.customer USING gin (name app.gin_trgm_ops);
CREATE UNIQUE INDEX customer_born ON app.customer (born, name);
ALTER TABLE app.customer CLUSTER ON customer_born;
COMMENT ON INDEX app.customer_name IS 'for the search';
ALTER INDEX app.customer_name ALTER COLUMN 1 SET STATISTICS 500;
CREATE STATISTICS app.customer_stats (ndistinct, mcv) ON name, born FROM app.customer;
ALTER STATISTICS app.customer_stats SET STATISTICS 333;
COMMENT ON STATISTICS app.customer_stats IS 'they go together';

CREATE TABLE app.purchase (
  id serial PRIMARY KEY,
  ticket bigint DEFAULT nextval('app.ticket'),
  customer bigint NOT NULL,
  amount numeric NOT NULL CHECK (amount > 0),
  during tsrange,
  note text,
  CONSTRAINT purchase_customer FOREIGN KEY (customer) REFERENCES app.customer ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT purchase_bounds EXCLUDE USING gist ((tsrange(upper(during), NULL)) WITH =),
  CONSTRAINT purchase_during EXCLUDE USING gist (during WITH &&) WITH (fillfactor = 60) WHERE (amount > 10) DEFERRABLE
);
ALTER INDEX app.purchase_bounds ALTER COLUMN 1 SET STATISTICS 70;
ALTER TABLE app.purchase ADD CONSTRAINT purchase_note CHECK (note <> '') NOT VALID;
CREATE UNIQUE INDEX purchase_whole ON app.purchase (customer, amount);
ALTER TABLE app.purchase REPLICA IDENTITY USING INDEX purchase_whole;
ALTER TABLE app.purchase OWNER TO relations_admin;

CREATE UNLOGGED TABLE app.cache (key text PRIMARY KEY, value jsonb);
ALTER TABLE app.cache REPLICA IDENTITY FULL;
CREATE TABLE app.typed OF app.pair (a WITH OPTIONS NOT NULL DEFAULT 7, PRIMARY KEY (a));
CREATE TABLE app.shape (id integer);
CREATE TABLE app.rows_of (one app.shape, many app.pair[]);
CREATE TABLE app.loop_a (id integer PRIMARY KEY, b integer);
CREATE TABLE app.loop_b (id integer PRIMARY KEY, a integer REFERENCES app.loop_a);
ALTER TABLE app.loop_a ADD CONSTRAINT loop_a_b FOREIGN KEY (b) REFERENCES app.loop_b;

CREATE TABLE app.event (id bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL DEFAULT 'plain', size integer,
  CONSTRAINT event_size CHECK (size > 0), PRIMARY KEY (id, at, kind)) PARTITION BY RANGE (at);
CREATE INDEX event_kind ON app.event (kind);
CREATE INDEX event_more ON app.event ((size + 1), kind) WITH (fillfactor = 70);
ALTER TABLE app.event ALTER COLUMN kind SET STATISTICS 50;
CREATE TABLE app.event_2024 PARTITION OF app.event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.event_2025 (size integer, kind text NOT NULL DEFAULT 'own', at timestamptz NOT NULL, id bigint NOT NULL,
  CONSTRAINT event_size CHECK (size > 0));
CREATE INDEX "Own name" ON app.event_2025 ((size + 1), kind);
ALTER TABLE app.event ATTACH PARTITION app.event_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE app.event_rest PARTITION OF app.event DEFAULT PARTITION BY LIST (kind);
CREATE TABLE app.event_rest_a PARTITION OF app.event_rest FOR VALUES IN ('a', 'it''s');
ALTER INDEX app."Own name" ALTER COLUMN 1 SET STATISTICS 300;
ALTER INDEX app.event_2024_kind_idx SET (fillfactor = 60);
COMMENT ON INDEX app.event_2024_pkey IS 'the key of 2024';
COMMENT ON CONSTRAINT event_rest_a_pkey ON app.event_rest_a IS 'the key of a';
ALTER TABLE app.event_rest_a CLUSTER ON event_rest_a_kind_idx;
COMMENT ON INDEX app.customer_pkey IS 'the key';
CREATE INDEX event_2024_size ON app.event_2024 (size);
COMMENT ON COLUMN app.event_2024.kind IS 'of this year';
ALTER TABLE app.event_2024 ALTER COLUMN size SET DEFAULT 1;

CREATE TABLE app.animal (name text NOT NULL, legs integer DEFAULT 4, CONSTRAINT animal_legs CHECK (legs >= 0));
CREATE TABLE app.creature (weight numeric);
CREATE TABLE app.dog (breed text) INHERITS (app.animal, app.creature);
ALTER TABLE app.dog ALTER COLUMN legs SET DEFAULT 3;
CREATE TABLE app.bird (wings integer) INHERITS (app.animal);

CREATE FOREIGN TABLE app.lines (line text OPTIONS (force_null 'true') NOT NULL, n integer) SERVER files OPTIONS (filename '/dev/null', format 'csv');
CREATE TABLE "Odd ""schema"."Ta ble" ("Co.l" integer DEFAULT 1, "b ""q" text);
CREATE INDEX "In dex" ON "Odd ""schema"."Ta ble" ("b ""q" text_pattern_ops);
GRANT SELECT ("Co.l") ON "Odd ""schema"."Ta ble" TO relations_app;
CREATE TABLE app.nothing ();
