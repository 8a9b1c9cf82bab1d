/** One change to the database of schema-relations.sql, and what must be found of it. */
export interface Mutation {
  readonly title: string;
  readonly sql: string;
  readonly found: readonly string[];
  /** Major version that first has it. */
  readonly since?: number;
}

const table = 'app.customer';

const tables: readonly Mutation[] = [
  {
    title: 'a table is dropped',
    sql: 'DROP TABLE app.cache',
    found: [
      'missing column app.cache.key',
      'missing column app.cache.value',
      'missing constraint app.cache.cache_pkey',
      'missing table app.cache',
    ],
  },
  {
    title: 'a table is added, with a serial column and an index',
    sql: 'CREATE TABLE app.extra (id serial PRIMARY KEY, n integer); CREATE INDEX extra_n ON app.extra (n)',
    found: [
      'unexpected column app.extra.id',
      'unexpected column app.extra.n',
      'unexpected constraint app.extra.extra_pkey',
      'unexpected index app.extra.extra_n',
      'unexpected sequence app.extra_id_seq',
      'unexpected table app.extra',
    ],
  },
  {
    title: 'two tables are added that refer to each other',
    sql: `CREATE TABLE app.ping (id integer PRIMARY KEY, o integer); CREATE TABLE app.pong (id integer PRIMARY KEY, o integer REFERENCES app.ping);
      ALTER TABLE app.ping ADD FOREIGN KEY (o) REFERENCES app.pong`,
    found: [
      ...['app.ping.id', 'app.ping.o', 'app.pong.id', 'app.pong.o'].map(
        (name) => `unexpected column ${name}`,
      ),
      ...['ping.ping_o_fkey', 'ping.ping_pkey', 'pong.pong_o_fkey', 'pong.pong_pkey'].map(
        (name) => `unexpected constraint app.${name}`,
      ),
      'unexpected table app.ping',
      'unexpected table app.pong',
    ],
  },
  {
    title: 'two tables that refer to each other are dropped',
    sql: 'DROP TABLE app.loop_a, app.loop_b',
    found: [
      ...['loop_a.b', 'loop_a.id', 'loop_b.a', 'loop_b.id'].map(
        (name) => `missing column app.${name}`,
      ),
      ...[
        'loop_a.loop_a_b',
        'loop_a.loop_a_pkey',
        'loop_b.loop_b_a_fkey',
        'loop_b.loop_b_pkey',
      ].map((name) => `missing constraint app.${name}`),
      'missing table app.loop_a',
      'missing table app.loop_b',
    ],
  },
  {
    title: 'a table becomes UNLOGGED',
    sql: 'ALTER TABLE app.loop_a DROP CONSTRAINT loop_a_b; ALTER TABLE app.loop_b DROP CONSTRAINT loop_b_a_fkey; ALTER TABLE app.loop_a SET UNLOGGED',
    found: [
      'missing constraint app.loop_a.loop_a_b',
      'missing constraint app.loop_b.loop_b_a_fkey',
      'changed table app.loop_a: persistence',
    ],
  },
  {
    title: 'a storage option of a table changes',
    sql: `ALTER TABLE ${table} SET (fillfactor = 50, toast.autovacuum_vacuum_threshold = 9), RESET (autovacuum_enabled)`,
    found: ['changed table app.customer: options'],
  },
  {
    title: 'row security is switched off',
    sql: `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
    found: ['changed table app.customer: rowSecurity'],
  },
  {
    title: 'row security is not forced any more',
    sql: `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`,
    found: ['changed table app.customer: forceRowSecurity'],
  },
  {
    title: 'row security is switched on',
    sql: 'ALTER TABLE app.cache ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
    found: ['changed table app.cache: rowSecurity, forceRowSecurity'],
  },
  {
    title: 'the replica identity is another',
    sql: 'ALTER TABLE app.cache REPLICA IDENTITY DEFAULT; ALTER TABLE app.purchase REPLICA IDENTITY NOTHING',
    found: [
      'changed table app.cache: replicaIdentity',
      'changed table app.purchase: replicaIdentity',
    ],
  },
  {
    title: 'the index of the replica identity is dropped',
    sql: 'DROP INDEX app.purchase_whole',
    found: [
      'missing index app.purchase.purchase_whole',
      'changed table app.purchase: replicaIdentity',
    ],
  },
  {
    title: 'another index is the one to cluster on',
    sql: `ALTER TABLE ${table} CLUSTER ON customer_pkey; ALTER TABLE app.cache CLUSTER ON cache_pkey`,
    found: ['changed table app.cache: clusterOn', 'changed table app.customer: clusterOn'],
  },
  {
    title: 'a table is no more clustered',
    sql: `ALTER TABLE ${table} SET WITHOUT CLUSTER`,
    found: ['changed table app.customer: clusterOn'],
  },
  {
    title: 'a table has another owner, and its sequence with it',
    sql: 'ALTER TABLE app.purchase OWNER TO relations_app',
    found: ['changed table app.purchase: owner'],
  },
  {
    title: 'a privilege is revoked',
    sql: `REVOKE INSERT ON ${table} FROM relations_app`,
    found: ['changed table app.customer: grants'],
  },
  {
    title: 'a privilege is granted to everyone',
    sql: `GRANT SELECT ON ${table} TO PUBLIC`,
    found: ['changed table app.customer: grants'],
  },
  {
    title: 'a privilege can be passed on no more',
    sql: `REVOKE GRANT OPTION FOR DELETE ON ${table} FROM relations_admin`,
    found: ['changed table app.customer: grants'],
  },
  {
    title: 'the owner gets back a privilege, and loses one',
    sql: `GRANT TRUNCATE ON ${table} TO CURRENT_USER; REVOKE ALL ON app.cache FROM CURRENT_USER`,
    found: ['changed table app.cache: grants', 'changed table app.customer: grants'],
  },
  {
    title: 'a comment on a table is changed, one is removed',
    sql: `COMMENT ON TABLE ${table} IS 'it''s "new" \\'; COMMENT ON TABLE app.cache IS 'x'`,
    found: ['changed table app.cache: comment', 'changed table app.customer: comment'],
  },
  {
    title: 'a typed table is typed no more',
    sql: 'ALTER TABLE app.typed NOT OF',
    found: ['changed table app.typed: ofType'],
  },
];

const partitions: readonly Mutation[] = [
  {
    title: 'a partition is detached',
    sql: 'ALTER TABLE app.event DETACH PARTITION app.event_2024',
    found: [
      'changed column app.event_2024.kind: inherited, dataType, notNull, default, statistics',
      'changed column app.event_2024.size: inherited, dataType, notNull',
      'changed table app.event_2024: partitionOf, partitionBound',
      'unexpected column app.event_2024.at',
      'unexpected column app.event_2024.id',
      'unexpected constraint app.event_2024.event_2024_pkey',
      'unexpected constraint app.event_2024.event_size',
      'missing index settings app.event_2024.event_2024_kind_idx',
      'missing index settings app.event_2024.event_2024_pkey',
      'unexpected index app.event_2024.event_2024_expr_kind_idx',
      'unexpected index app.event_2024.event_2024_kind_idx',
    ],
  },
  {
    title: 'a partition has another bound',
    sql: `ALTER TABLE app.event DETACH PARTITION app.event_2024;
      ALTER TABLE app.event ATTACH PARTITION app.event_2024 FOR VALUES FROM ('2023-01-01') TO ('2025-01-01')`,
    found: ['changed table app.event_2024: partitionBound'],
  },
  {
    title: 'a partition is dropped',
    sql: 'DROP TABLE app.event_2025',
    found: [
      'missing column app.event_2025.kind',
      'missing index settings app.event_2025.Own name',
      'missing table app.event_2025',
    ],
  },
  {
    title: 'a partition is added',
    sql: "CREATE TABLE app.event_2026 PARTITION OF app.event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    found: ['unexpected column app.event_2026.kind', 'unexpected table app.event_2026'],
  },
  {
    title: 'a table is partitioned by something else',
    sql: 'DROP TABLE app.event_rest; CREATE TABLE app.event_rest PARTITION OF app.event DEFAULT PARTITION BY RANGE (kind)',
    found: [
      'changed table app.event_rest: partitionKey',
      'missing index settings app.event_rest_a.event_rest_a_pkey',
      'missing table app.event_rest_a',
    ],
  },
  {
    title: 'a column of a partitioned table is dropped',
    sql: 'ALTER TABLE app.event DROP COLUMN size',
    found: [
      'missing column app.event.size',
      'missing column app.event_2024.size',
      'missing constraint app.event.event_size',
      'missing index app.event.event_more',
      'missing index app.event_2024.event_2024_size',
      'missing index settings app.event_2025.Own name',
    ],
  },
  {
    title: 'a column of a partitioned table has another default',
    sql: "ALTER TABLE app.event ALTER COLUMN at SET DEFAULT '2020-01-01'",
    found: ['changed column app.event.at: default'],
  },
  {
    title: 'a column of a partitioned table has another type',
    sql: 'ALTER TABLE app.event ALTER COLUMN size TYPE bigint',
    found: [
      'changed column app.event.size: dataType',
      'missing index settings app.event_2025.Own name',
    ],
  },
  {
    title: 'a partition has a default of its own',
    sql: "ALTER TABLE app.event_2024 ALTER COLUMN kind SET DEFAULT 'mine', ALTER COLUMN size DROP DEFAULT",
    found: ['changed column app.event_2024.kind: default', 'missing column app.event_2024.size'],
  },
  {
    title: 'a partition has no default any more',
    sql: 'ALTER TABLE app.event_2025 ALTER COLUMN kind DROP DEFAULT',
    found: ['changed column app.event_2025.kind: default'],
  },
  {
    title: 'an index of a partitioned table is dropped',
    sql: 'DROP INDEX app.event_kind',
    found: [
      'missing index app.event.event_kind',
      'missing index settings app.event_2024.event_2024_kind_idx',
      'changed table app.event_rest_a: clusterOn',
    ],
  },
  {
    title: 'an index of one partition is dropped',
    sql: 'DROP INDEX app.event_2024_size',
    found: ['missing index app.event_2024.event_2024_size'],
  },
  {
    title: 'an index of a partitioned table lacks one of a partition',
    sql: `DROP INDEX app.event_kind; CREATE INDEX event_kind ON ONLY app.event (kind)`,
    found: [
      'changed index app.event.event_kind: valid',
      'missing index settings app.event_2024.event_2024_kind_idx',
      'changed table app.event_rest_a: clusterOn',
    ],
  },
  {
    title: 'indexes of a partition have other options',
    sql: 'ALTER INDEX app.event_2024_kind_idx SET (fillfactor = 50, deduplicate_items = off); ALTER INDEX app.event_2024_expr_kind_idx RESET (fillfactor); ALTER INDEX app."Own name" SET (fillfactor = 40); ALTER INDEX app.event_2025_pkey SET (fillfactor = 40)',
    found: [
      'changed index settings app.event_2024.event_2024_kind_idx: options',
      'unexpected index settings app.event_2024.event_2024_expr_kind_idx',
      'changed index settings app.event_2025.Own name: options',
      'unexpected index settings app.event_2025.event_2025_pkey',
    ],
  },
  {
    title: 'indexes of a partition have other targets and comments',
    sql: `ALTER INDEX app."Own name" ALTER COLUMN 1 SET STATISTICS -1; ALTER INDEX app.event_2024_expr_kind_idx ALTER COLUMN 1 SET STATISTICS 10;
      COMMENT ON INDEX app.event_2024_pkey IS NULL; COMMENT ON INDEX app.event_2025_kind_idx IS 'x'; COMMENT ON CONSTRAINT event_rest_a_pkey ON app.event_rest_a IS 'z'`,
    found: [
      'unexpected index settings app.event_2024.event_2024_expr_kind_idx',
      'missing index settings app.event_2024.event_2024_pkey',
      'changed index settings app.event_2025.Own name: statistics',
      'unexpected index settings app.event_2025.event_2025_kind_idx',
      'changed index settings app.event_rest_a.event_rest_a_pkey: constraintComment',
    ],
  },
  {
    title: 'an index of a partition is invalid',
    sql: "UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('app.event_2025_kind_idx'::regclass, 'app.event_2024_kind_idx'::regclass)",
    found: [
      'changed index settings app.event_2024.event_2024_kind_idx: valid',
      'unexpected index settings app.event_2025.event_2025_kind_idx',
    ],
  },
  {
    title: 'an index of a partition has another name',
    sql: 'ALTER INDEX app."Own name" RENAME TO other',
    found: [
      'missing index settings app.event_2025.Own name',
      'unexpected index settings app.event_2025.other',
    ],
  },
  {
    title: 'an index of a partitioned table is on other columns, those of its partitions too',
    sql: `DROP INDEX app.event_more; CREATE INDEX event_more ON app.event ((size + 2), kind)`,
    found: [
      'changed index app.event.event_more: definition, options',
      'missing index settings app.event_2025.Own name',
    ],
  },
  {
    title: 'an index of a partitioned table has other options, and those of its partitions too',
    sql: `DROP INDEX app.event_more; CREATE INDEX event_more ON app.event ((size + 1), kind) WITH (fillfactor = 40);
      ALTER INDEX app.event_2025_expr_kind_idx RENAME TO "Own name"; ALTER INDEX app."Own name" RESET (fillfactor); ALTER INDEX app."Own name" ALTER COLUMN 1 SET STATISTICS 300`,
    found: ['changed index app.event.event_more: options'],
  },
  {
    title: 'a partition is clustered on another index of its own, and one on none',
    sql: 'ALTER TABLE app.event_rest_a CLUSTER ON event_rest_a_pkey; ALTER TABLE app.event_2024 CLUSTER ON event_2024_pkey',
    found: ['changed table app.event_2024: clusterOn', 'changed table app.event_rest_a: clusterOn'],
  },
  {
    title: 'a child is no child any more',
    sql: 'ALTER TABLE app.bird NO INHERIT app.animal',
    found: [
      'changed table app.bird: inherits',
      'unexpected column app.bird.legs',
      'unexpected column app.bird.name',
      'unexpected constraint app.bird.animal_legs',
    ],
  },
  {
    title: 'a table becomes the child of another',
    sql: 'ALTER TABLE app.bird ADD COLUMN weight numeric, INHERIT app.creature',
    found: ['changed table app.bird: inherits'],
  },
  {
    title: 'the parents of a child are in another order',
    sql: 'ALTER TABLE app.dog NO INHERIT app.animal; ALTER TABLE app.dog INHERIT app.animal',
    found: ['changed table app.dog: inherits'],
  },
];

const columns: readonly Mutation[] = [
  {
    title: 'a column is added',
    sql: `ALTER TABLE ${table} ADD COLUMN extra text NOT NULL DEFAULT 'x'`,
    found: ['unexpected column app.customer.extra'],
  },
  {
    title: 'a column is dropped, with what stands on it',
    sql: `ALTER TABLE ${table} DROP COLUMN born`,
    found: [
      'changed table app.customer: clusterOn',
      'missing column app.customer.born',
      'missing index app.customer.customer_born',
      'missing index app.customer.customer_name',
      'missing statistics app.customer_stats',
    ],
  },
  {
    title: 'an identity column is dropped',
    sql: `ALTER TABLE ${table} DROP COLUMN id CASCADE`,
    found: [
      'missing column app.customer.id',
      'missing constraint app.customer.customer_pkey',
      'missing constraint app.purchase.purchase_customer',
    ],
  },
  {
    title: 'a serial column is dropped',
    sql: 'ALTER TABLE app.purchase DROP COLUMN id',
    found: [
      'missing column app.purchase.id',
      'missing constraint app.purchase.purchase_pkey',
      'missing sequence app.purchase_id_seq',
    ],
  },
  {
    title: 'a column is renamed',
    sql: `ALTER TABLE app.loop_b RENAME COLUMN a TO c`,
    found: [
      'changed constraint app.loop_b.loop_b_a_fkey: definition',
      'missing column app.loop_b.a',
      'unexpected column app.loop_b.c',
    ],
  },
  {
    title: 'a type is wider',
    sql: `ALTER TABLE ${table} ALTER COLUMN mail TYPE varchar(300)`,
    found: ['changed column app.customer.mail: dataType, compression'],
  },
  {
    title: 'a type is another, with a default and an index',
    sql: `ALTER TABLE ${table} ALTER COLUMN score TYPE bigint`,
    found: [
      'changed column app.customer.score: dataType',
      'changed constraint app.customer.score_positive: definition',
      'changed index app.customer.customer_name: predicate, statistics',
    ],
  },
  {
    title: 'a type of another schema is a text',
    sql: `ALTER TABLE ${table} ALTER COLUMN mood DROP DEFAULT, ALTER COLUMN mood TYPE text`,
    found: ['changed column app.customer.mood: dataType, default'],
  },
  {
    title: 'an identity column has another type',
    sql: `ALTER TABLE app.purchase DROP CONSTRAINT purchase_customer; ALTER TABLE ${table} ALTER COLUMN id TYPE integer`,
    found: [
      'changed column app.customer.id: dataType, identityOptions',
      'missing constraint app.purchase.purchase_customer',
    ],
  },
  {
    title: 'a view stands on a column whose type is another',
    sql: `CREATE VIEW app.seen AS SELECT note FROM app.purchase; ALTER TABLE app.loop_a ALTER COLUMN b TYPE bigint`,
    found: ['changed column app.loop_a.b: dataType', 'unexpected view app.seen'],
  },
  {
    title: 'NOT NULL is dropped',
    sql: `ALTER TABLE ${table} ALTER COLUMN name DROP NOT NULL`,
    found: ['changed column app.customer.name: notNull'],
  },
  {
    title: 'NOT NULL is set',
    sql: 'ALTER TABLE app.purchase ALTER COLUMN note SET NOT NULL',
    found: ['changed column app.purchase.note: notNull'],
  },
  {
    title: 'a default is changed',
    sql: `ALTER TABLE ${table} ALTER COLUMN score SET DEFAULT 1`,
    found: ['changed column app.customer.score: default'],
  },
  {
    title: 'a default is dropped',
    sql: 'ALTER TABLE app.purchase ALTER COLUMN ticket DROP DEFAULT',
    found: ['changed column app.purchase.ticket: default'],
  },
  {
    title: 'a default takes from a sequence that should not be',
    sql: "CREATE SEQUENCE app.own; ALTER TABLE app.purchase ALTER COLUMN ticket SET DEFAULT nextval('app.own')",
    found: ['changed column app.purchase.ticket: default', 'unexpected sequence app.own'],
  },
  {
    title: 'a default is set where none was',
    sql: "ALTER TABLE app.purchase ALTER COLUMN note SET DEFAULT 'n'",
    found: ['changed column app.purchase.note: default'],
  },
  {
    title: 'a generated column is a plain one',
    sql: `ALTER TABLE ${table} ALTER COLUMN doubled DROP EXPRESSION`,
    found: ['changed column app.customer.doubled: generated, expression'],
  },
  {
    title: 'a plain column is generated',
    sql: 'ALTER TABLE app.loop_a DROP CONSTRAINT loop_a_b, DROP COLUMN b, ADD COLUMN b integer GENERATED ALWAYS AS (id + 1) STORED',
    found: [
      'changed column app.loop_a.b: generated, expression',
      'missing constraint app.loop_a.loop_a_b',
    ],
  },
  {
    title: 'a column is generated by another expression',
    sql: `ALTER TABLE ${table} DROP COLUMN doubled, ADD COLUMN doubled integer GENERATED ALWAYS AS (app.twice(1) + 2) STORED`,
    found: ['changed column app.customer.doubled: expression'],
  },
  {
    title: 'a generated column is virtual',
    sql: 'ALTER TABLE app.loop_a ADD COLUMN v integer GENERATED ALWAYS AS (id + 1) VIRTUAL',
    found: ['unexpected column app.loop_a.v'],
    since: 18,
  },
  {
    title: 'an identity is dropped',
    sql: `ALTER TABLE ${table} ALTER COLUMN id DROP IDENTITY`,
    found: [
      'changed column app.customer.id: identity, identitySequence, identityOptions, identityGrants, identityComment',
    ],
  },
  {
    title: 'a column gets an identity',
    sql: 'ALTER TABLE app.loop_a ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY',
    found: ['changed column app.loop_a.id: identity, identitySequence, identityOptions'],
  },
  {
    title: 'an identity is BY DEFAULT, and counts otherwise',
    sql: `ALTER TABLE ${table} ALTER COLUMN id SET GENERATED BY DEFAULT SET INCREMENT BY 3 SET CYCLE`,
    found: ['changed column app.customer.id: identity, identityOptions'],
  },
  {
    title: 'the sequence of an identity has other privileges and another comment',
    sql: `REVOKE ALL ON SEQUENCE app.customer_id_seq FROM relations_app; GRANT SELECT ON SEQUENCE app.customer_id_seq TO PUBLIC;
      REVOKE UPDATE ON SEQUENCE app.customer_id_seq FROM CURRENT_USER; COMMENT ON SEQUENCE app.customer_id_seq IS NULL`,
    found: ['changed column app.customer.id: identityGrants, identityComment'],
  },
  {
    title: 'the sequence of an identity is renamed',
    sql: 'ALTER SEQUENCE app.customer_id_seq RENAME TO "Odd"',
    found: ['changed column app.customer.id: identitySequence'],
  },
  {
    title: 'a collation is another',
    sql: `ALTER TABLE ${table} ALTER COLUMN name TYPE text COLLATE "C"`,
    found: [
      'changed column app.customer.name: collation, storage',
      'changed index app.customer.customer_name: statistics',
      'changed statistics app.customer_stats: statistics',
    ],
  },
  {
    title: 'a collation is the default',
    sql: 'ALTER TABLE app.cache ALTER COLUMN key TYPE text COLLATE app.plain',
    found: ['changed column app.cache.key: collation'],
  },
  {
    title: 'the storage of a column is another',
    sql: `ALTER TABLE ${table} ALTER COLUMN name SET STORAGE EXTENDED, ALTER COLUMN tags SET STORAGE EXTERNAL, ALTER COLUMN score SET STORAGE PLAIN`,
    found: ['name', 'score', 'tags'].map((name) => `changed column app.customer.${name}: storage`),
  },
  {
    title: 'the compression of a column is another',
    sql: `ALTER TABLE ${table} ALTER COLUMN mail SET COMPRESSION DEFAULT, ALTER COLUMN tags SET COMPRESSION pglz`,
    found: ['mail', 'tags'].map((name) => `changed column app.customer.${name}: compression`),
  },
  {
    title: 'the statistics target of a column is another',
    sql: `ALTER TABLE ${table} ALTER COLUMN name SET STATISTICS -1, ALTER COLUMN born SET STATISTICS 0`,
    found: ['born', 'name'].map((name) => `changed column app.customer.${name}: statistics`),
  },
  {
    title: 'options of a column are others',
    sql: `ALTER TABLE ${table} ALTER COLUMN born RESET (n_distinct), ALTER COLUMN born SET (n_distinct_inherited = 5)`,
    found: ['changed column app.customer.born: options'],
  },
  {
    title: 'a privilege on a column is revoked, another granted',
    sql: `REVOKE UPDATE (name) ON ${table} FROM relations_app; GRANT REFERENCES (mail) ON ${table} TO PUBLIC`,
    found: ['mail', 'name'].map((name) => `changed column app.customer.${name}: grants`),
  },
  {
    title: 'a comment on a column is removed',
    sql: `COMMENT ON COLUMN ${table}.name IS NULL`,
    found: ['changed column app.customer.name: comment'],
  },
];

const constraints: readonly Mutation[] = [
  {
    title: 'a primary key is dropped',
    sql: 'ALTER TABLE app.cache DROP CONSTRAINT cache_pkey',
    found: ['missing constraint app.cache.cache_pkey'],
  },
  {
    title: 'a primary key that others refer to has another name',
    sql: `ALTER TABLE ${table} RENAME CONSTRAINT customer_pkey TO other_pkey`,
    found: [
      'missing constraint app.customer.customer_pkey',
      'unexpected constraint app.customer.other_pkey',
    ],
  },
  {
    title: 'a check is dropped',
    sql: `ALTER TABLE ${table} DROP CONSTRAINT score_positive`,
    found: ['missing constraint app.customer.score_positive'],
  },
  {
    title: 'a check is another',
    sql: `ALTER TABLE ${table} DROP CONSTRAINT score_positive, ADD CONSTRAINT score_positive CHECK (score > 0)`,
    found: ['changed constraint app.customer.score_positive: definition, comment'],
  },
  {
    title: 'a check is added',
    sql: 'ALTER TABLE app.purchase ADD CHECK (id > 0) NO INHERIT',
    found: ['unexpected constraint app.purchase.purchase_id_check'],
  },
  {
    title: 'a check is NOT VALID any more',
    sql: 'ALTER TABLE app.purchase VALIDATE CONSTRAINT purchase_note',
    found: ['changed constraint app.purchase.purchase_note: validated'],
  },
  {
    title: 'a foreign key is NOT VALID',
    sql: 'ALTER TABLE app.loop_b DROP CONSTRAINT loop_b_a_fkey, ADD CONSTRAINT loop_b_a_fkey FOREIGN KEY (a) REFERENCES app.loop_a NOT VALID',
    found: ['changed constraint app.loop_b.loop_b_a_fkey: validated'],
  },
  {
    title: 'a foreign key does something else, and is not deferrable',
    sql: 'ALTER TABLE app.purchase DROP CONSTRAINT purchase_customer, ADD CONSTRAINT purchase_customer FOREIGN KEY (customer) REFERENCES app.customer ON DELETE SET NULL',
    found: ['changed constraint app.purchase.purchase_customer: definition'],
  },
  {
    title: 'a unique constraint is dropped, with its options',
    sql: `ALTER TABLE ${table} DROP CONSTRAINT customer_mail_key`,
    found: ['missing constraint app.customer.customer_mail_key'],
  },
  {
    title: 'NULLs are distinct',
    sql: `ALTER TABLE ${table} DROP CONSTRAINT customer_mail_key, ADD CONSTRAINT customer_mail_key UNIQUE (mail) INCLUDE (name) WITH (fillfactor = 80)`,
    found: ['changed constraint app.customer.customer_mail_key: definition'],
  },
  {
    title: "options of a constraint's index are others",
    sql: 'ALTER INDEX app.customer_mail_key RESET (fillfactor); ALTER INDEX app.cache_pkey SET (fillfactor = 40)',
    found: [
      'changed constraint app.cache.cache_pkey: options',
      'changed constraint app.customer.customer_mail_key: options',
    ],
  },
  {
    title: "a constraint's index has another target and comment",
    sql: `ALTER INDEX app.purchase_bounds ALTER COLUMN 1 SET STATISTICS -1; COMMENT ON INDEX app.customer_pkey IS NULL; COMMENT ON INDEX app.cache_pkey IS 'x'`,
    found: [
      'changed constraint app.cache.cache_pkey: indexComment',
      'changed constraint app.customer.customer_pkey: indexComment',
      'changed constraint app.purchase.purchase_bounds: statistics',
    ],
  },
  {
    title: 'an exclusion is dropped',
    sql: 'ALTER TABLE app.purchase DROP CONSTRAINT purchase_during',
    found: ['missing constraint app.purchase.purchase_during'],
  },
  {
    title: 'a comment on a constraint is another',
    sql: `COMMENT ON CONSTRAINT score_positive ON ${table} IS NULL`,
    found: ['changed constraint app.customer.score_positive: comment'],
  },
  {
    title: 'a foreign key is not enforced',
    sql: 'ALTER TABLE app.loop_b ALTER CONSTRAINT loop_b_a_fkey NOT ENFORCED',
    found: ['changed constraint app.loop_b.loop_b_a_fkey: enforced'],
    since: 18,
  },
  {
    title: 'a check is not enforced',
    sql: 'ALTER TABLE app.purchase ADD CONSTRAINT soft CHECK (id > 0) NOT ENFORCED',
    found: ['unexpected constraint app.purchase.soft'],
    since: 18,
  },
  {
    title: 'a NOT NULL is not valid',
    sql: `ALTER TABLE ${table} ALTER name DROP NOT NULL, ADD CONSTRAINT later NOT NULL name NOT VALID`,
    found: [
      'changed column app.customer.name: notNull',
      'unexpected constraint app.customer.later',
    ],
    since: 18,
  },
];

const indexes: readonly Mutation[] = [
  {
    title: 'an index is dropped',
    sql: 'DROP INDEX app.customer_name',
    found: ['missing index app.customer.customer_name'],
  },
  {
    title: 'an index is added',
    sql: `CREATE INDEX extra ON ${table} USING hash (mail)`,
    found: ['unexpected index app.customer.extra'],
  },
  {
    title: 'an index has another name',
    sql: 'ALTER INDEX app.customer_trgm RENAME TO other',
    found: ['missing index app.customer.customer_trgm', 'unexpected index app.customer.other'],
  },
  {
    title: 'an index is on other columns',
    sql: `DROP INDEX app.event_2024_size; CREATE INDEX event_2024_size ON app.event_2024 (size DESC)`,
    found: ['changed index app.event_2024.event_2024_size: definition'],
  },
  {
    title: 'an index is unique, and the one to cluster on is not',
    sql: `DROP INDEX app.customer_born; CREATE INDEX customer_born ON ${table} (born, name); ALTER TABLE ${table} CLUSTER ON customer_born`,
    found: ['changed index app.customer.customer_born: unique'],
  },
  {
    title: 'an index has another condition',
    sql: `DROP INDEX app.purchase_whole; CREATE UNIQUE INDEX purchase_whole ON app.purchase (customer, amount) WHERE amount > 1`,
    found: [
      'changed index app.purchase.purchase_whole: predicate',
      'changed table app.purchase: replicaIdentity',
    ],
  },
  {
    title: 'an index is invalid',
    sql: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.customer_trgm'::regclass",
    found: ['changed index app.customer.customer_trgm: valid'],
  },
  {
    title: 'options of an index are others',
    sql: 'ALTER INDEX app.customer_name SET (fillfactor = 30, deduplicate_items = off)',
    found: ['changed index app.customer.customer_name: options'],
  },
  {
    title: 'the statistics target of an expression is another',
    sql: 'ALTER INDEX app.customer_name ALTER COLUMN 1 SET STATISTICS -1',
    found: ['changed index app.customer.customer_name: statistics'],
  },
  {
    title: 'a comment on an index is another',
    sql: "COMMENT ON INDEX app.customer_name IS 'y'; COMMENT ON INDEX app.event_kind IS 'z'",
    found: [
      'changed index app.customer.customer_name: comment',
      'changed index app.event.event_kind: comment',
    ],
  },
];

const others: readonly Mutation[] = [
  {
    title: 'a sequence counts otherwise',
    sql: 'ALTER SEQUENCE app.ticket AS integer MAXVALUE 1000 INCREMENT BY 1 CACHE 1 CYCLE START 11 MINVALUE 1',
    found: ['changed sequence app.ticket: dataType, start, increment, min, max, cache, cycle'],
  },
  {
    title: 'a sequence cycles',
    sql: 'ALTER SEQUENCE app.ticket CYCLE',
    found: ['changed sequence app.ticket: cycle'],
  },
  {
    title: 'a sequence is dropped that a default takes from',
    sql: 'DROP SEQUENCE app.ticket CASCADE',
    found: ['changed column app.purchase.ticket: default', 'missing sequence app.ticket'],
  },
  {
    title: 'a sequence is owned by no column any more',
    sql: 'ALTER SEQUENCE app.purchase_id_seq OWNED BY NONE',
    found: ['changed sequence app.purchase_id_seq: ownedBy, owner'],
  },
  {
    title: 'a table with a sequence of its own has another name',
    sql: 'ALTER TABLE app.purchase RENAME TO bought',
    found: [
      'changed sequence app.purchase_id_seq: ownedBy',
      ...[
        ['missing', 'purchase'],
        ['unexpected', 'bought'],
      ].flatMap(([change, name]) => [
        `${change} table app.${name}`,
        `${change} index app.${name}.purchase_whole`,
        ...['amount', 'customer', 'during', 'id', 'note', 'ticket'].map(
          (column) => `${change} column app.${name}.${column}`,
        ),
        ...['amount_check', 'bounds', 'customer', 'during', 'note', 'pkey'].map(
          (constraint) => `${change} constraint app.${name}.purchase_${constraint}`,
        ),
      ]),
    ],
  },
  {
    title: 'a sequence is owned by a column of a table that should not be',
    sql: 'CREATE TABLE app.extra (n bigint); ALTER SEQUENCE app.ticket OWNED BY app.extra.n',
    found: [
      'changed sequence app.ticket: ownedBy, owner',
      'unexpected column app.extra.n',
      'unexpected table app.extra',
    ],
  },
  {
    title: 'a sequence is owned by a column',
    sql: 'ALTER SEQUENCE app.ticket OWNED BY app.loop_a.id',
    found: ['changed sequence app.ticket: ownedBy, owner'],
  },
  {
    title: 'a sequence has another owner, comment and privileges',
    sql: 'ALTER SEQUENCE app.ticket OWNER TO relations_app; COMMENT ON SEQUENCE app.ticket IS NULL; REVOKE USAGE ON SEQUENCE app.ticket FROM PUBLIC',
    found: ['changed sequence app.ticket: owner, grants, comment'],
  },
  {
    title: 'a sequence is unlogged',
    sql: 'ALTER SEQUENCE app.ticket SET UNLOGGED',
    found: ['changed sequence app.ticket: persistence'],
  },
  {
    title: 'an extension is dropped',
    sql: 'DROP INDEX app.customer_trgm; DROP EXTENSION pg_trgm',
    found: ['missing extension pg_trgm', 'missing index app.customer.customer_trgm'],
  },
  {
    title: 'an extension lies in another schema',
    sql: 'DROP INDEX app.customer_trgm; ALTER EXTENSION pg_trgm SET SCHEMA public',
    found: [
      'changed extension pg_trgm: extensionSchema',
      'missing index app.customer.customer_trgm',
    ],
  },
  {
    title: 'an extension has another version',
    sql: "DROP INDEX app.customer_trgm; DROP EXTENSION pg_trgm; CREATE EXTENSION pg_trgm WITH SCHEMA app VERSION '1.5'",
    found: ['changed extension pg_trgm: version', 'missing index app.customer.customer_trgm'],
  },
  {
    title: 'statistics are dropped',
    sql: 'DROP STATISTICS app.customer_stats',
    found: ['missing statistics app.customer_stats'],
  },
  {
    title: 'statistics are of other kinds',
    sql: `DROP STATISTICS app.customer_stats; CREATE STATISTICS app.customer_stats (dependencies) ON name, (score + 1) FROM ${table};
      ALTER STATISTICS app.customer_stats SET STATISTICS 333; COMMENT ON STATISTICS app.customer_stats IS 'they go together'`,
    found: ['changed statistics app.customer_stats: definition'],
  },
  {
    title: 'statistics have another target, owner and comment',
    sql: `ALTER STATISTICS app.customer_stats SET STATISTICS -1; ALTER STATISTICS app.customer_stats OWNER TO relations_admin; COMMENT ON STATISTICS app.customer_stats IS NULL`,
    found: ['changed statistics app.customer_stats: statistics, owner, comment'],
  },
  {
    title: 'options of a foreign table and its column are others',
    sql: `ALTER FOREIGN TABLE app.lines OPTIONS (SET filename '/dev/zero', ADD delimiter ';'); ALTER FOREIGN TABLE app.lines ALTER COLUMN line OPTIONS (DROP force_null, ADD force_not_null 'true')`,
    found: [
      'changed column app.lines.line: fdwOptions',
      'changed foreign table app.lines: options',
    ],
  },
  {
    title: 'a foreign table is dropped',
    sql: 'DROP FOREIGN TABLE app.lines',
    found: [
      'missing column app.lines.line',
      'missing column app.lines.n',
      'missing foreign table app.lines',
    ],
  },
  {
    title: 'a foreign table has another owner, comment, and a column more',
    sql: `ALTER FOREIGN TABLE app.lines OWNER TO relations_admin; COMMENT ON FOREIGN TABLE app.lines IS 'x'; GRANT SELECT ON app.lines TO PUBLIC; ALTER FOREIGN TABLE app.lines ADD COLUMN m text OPTIONS (force_null 'true')`,
    found: [
      'changed foreign table app.lines: owner, grants, comment',
      'unexpected column app.lines.m',
    ],
  },
  {
    title: 'things with odd names change',
    sql: `ALTER TABLE "Odd ""schema"."Ta ble" ALTER "Co.l" SET DEFAULT 2, DROP COLUMN "b ""q"; REVOKE SELECT ("Co.l") ON "Odd ""schema"."Ta ble" FROM relations_app`,
    found: [
      'changed column Odd "schema.Ta ble.Co.l: default, grants',
      'missing column Odd "schema.Ta ble.b "q',
      'missing index Odd "schema.Ta ble.In dex',
    ],
  },
];

export const mutations: readonly Mutation[] = [
  ...tables,
  ...partitions,
  ...columns,
  ...constraints,
  ...indexes,
  ...others,
];
