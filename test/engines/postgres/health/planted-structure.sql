-- Defects of indexes, of what holds data together, and of tenants; expected in planted.ts.
CREATE SCHEMA shop;

-- Names that need quotes, on purpose.
CREATE TABLE shop."Big Table" (id int PRIMARY KEY, filler text NOT NULL, tenant_id int NOT NULL);
INSERT INTO shop."Big Table" SELECT n, repeat(md5(n::text), 4), n % 7 FROM generate_series(1, 110000) n;
CREATE INDEX "big unused" ON shop."Big Table" (filler);
CREATE INDEX big_twin_a ON shop."Big Table" (lower(left(filler, 4)));
CREATE INDEX   big_twin_b   ON shop."Big Table"   (  lower(left(filler, 4)) );

CREATE TABLE shop.parents (id bigint PRIMARY KEY, a int, b int);
CREATE TABLE shop.children (id bigint PRIMARY KEY, parent_id bigint REFERENCES shop.parents (id));
INSERT INTO shop.parents SELECT n, n, n FROM generate_series(1, 60000) n;
INSERT INTO shop.children SELECT n, n FROM generate_series(1, 50) n;
DELETE FROM shop.parents WHERE id BETWEEN 91 AND 100;
-- Small, and so of no weight.
CREATE INDEX children_parent ON shop.children (id DESC);
CREATE INDEX children_parent_more ON shop.children (id DESC, parent_id);
CREATE INDEX parents_a ON shop.parents (a);
CREATE INDEX parents_a_b ON shop.parents (a, b);
-- Neither may be proposed: one is unique, one is of a constraint.
CREATE UNIQUE INDEX parents_b ON shop.parents (b);
CREATE INDEX parents_b_a ON shop.parents (b, a);
ALTER TABLE shop.parents ADD CONSTRAINT parents_id_again UNIQUE (id);
CREATE INDEX parents_broken ON shop.parents (b DESC);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shop.parents_broken'::regclass;

CREATE TABLE shop.heap (a int);

CREATE SEQUENCE shop.narrow_seq;
CREATE TABLE shop.narrow (id int DEFAULT nextval('shop.narrow_seq') PRIMARY KEY);
SELECT setval('shop.narrow_seq', 2104533975);
-- Ends, and begins anew: nothing runs out.
CREATE SEQUENCE shop.around AS smallint CYCLE;
SELECT setval('shop.around', 32760);

CREATE TABLE shop.own_numbers (id int PRIMARY KEY);
INSERT INTO shop.own_numbers SELECT 1900000000 + n FROM generate_series(1, 1000) n;

CREATE TABLE shop.signed (id bigint PRIMARY KEY, amount int);
ALTER TABLE shop.signed ADD CONSTRAINT positive CHECK (amount > 0) NOT VALID;

CREATE FUNCTION shop.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER quiet BEFORE INSERT ON shop.signed FOR EACH ROW EXECUTE FUNCTION shop.nothing();
ALTER TABLE shop.signed DISABLE TRIGGER quiet;
CREATE TABLE shop.unchecked (id bigint PRIMARY KEY, parent_id bigint REFERENCES shop.parents (id));
CREATE INDEX ON shop.unchecked (parent_id);
ALTER TABLE shop.unchecked DISABLE TRIGGER ALL;

CREATE FUNCTION shop.nothing_either() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watcher ON ddl_command_end EXECUTE FUNCTION shop.nothing_either();
ALTER EVENT TRIGGER watcher DISABLE;

CREATE UNLOGGED TABLE shop.forgotten (id bigint PRIMARY KEY);

CREATE TABLE shop.published (a int);
CREATE TABLE shop.published_parts (a int) PARTITION BY RANGE (a);
CREATE TABLE shop.published_part PARTITION OF shop.published_parts FOR VALUES FROM (0) TO (10);
CREATE PUBLICATION feed FOR TABLE shop.published, shop.published_parts;

CREATE COLLATION shop.planted (provider = icu, locale = 'en');
CREATE TABLE shop.words (word text COLLATE shop.planted PRIMARY KEY);
UPDATE pg_collation SET collversion = '1.0' WHERE collname = 'planted';
-- C.UTF-8 has no version: that there was one once is no defect.
UPDATE pg_database SET datcollversion = '1.0' WHERE datname = current_database();

CREATE EXTENSION pg_trgm VERSION '1.3';

-- Tenants.
CREATE TABLE shop.open (id bigint PRIMARY KEY, tenant_id text NOT NULL);
CREATE TABLE shop.asleep (id bigint PRIMARY KEY, tenant_id text NOT NULL);
CREATE POLICY asleep_policy ON shop.asleep USING (tenant_id = current_setting('app.tenant', true));
CREATE TABLE shop.unforced (id bigint PRIMARY KEY, tenant_id text NOT NULL);
CREATE POLICY unforced_policy ON shop.unforced USING (tenant_id = current_setting('app.tenant', true));
ALTER TABLE shop.unforced ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.unforced OWNER TO shop_owner;
CREATE TABLE shop.wide_open (id bigint PRIMARY KEY, tenant_id text NOT NULL);
CREATE POLICY held ON shop.wide_open USING (tenant_id = current_setting('app.tenant', true));
CREATE POLICY loose ON shop.wide_open USING (true);
ALTER TABLE shop.wide_open ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE shop.closed (id bigint PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE shop.closed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE VIEW shop.everything AS SELECT * FROM shop.unforced;
GRANT SELECT ON shop.everything TO PUBLIC;
GRANT UPDATE ON shop.wide_open TO bypasser;

-- Rights.
GRANT USAGE, CREATE ON SCHEMA shop TO PUBLIC;
GRANT INSERT ON shop.heap TO PUBLIC;
CREATE FUNCTION shop.mighty() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.raw(int) RETURNS int LANGUAGE internal AS 'int4abs';

DO $$ BEGIN
  FOR scan IN 1..100 LOOP
    PERFORM count(*) FROM shop."Big Table" WHERE tenant_id = 3;
  END LOOP;
END $$;
