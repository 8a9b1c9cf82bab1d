import { describe, expect, it } from 'vitest';
import { postgresVersions } from '../../support/postgres.ts';
import { originalOf } from './schema-mutating.ts';

/** Keys of every sort, most of which say more than their columns. */
const script = `
CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('a'); CREATE DOMAIN s.d AS text;
CREATE TABLE s."t 1" (id integer, "B b" text COLLATE "C", v varchar(10), e s.e, d s.d, a text[], c char(3),
  r int4range, o oid, u uuid, gone integer, PRIMARY KEY (id, v));
ALTER TABLE s."t 1" DROP COLUMN gone;
CREATE INDEX ON s."t 1" (v, id); CREATE INDEX ON s."t 1" ("B b"); CREATE INDEX ON s."t 1" ("B b" COLLATE "POSIX");
CREATE INDEX ON s."t 1" (v varchar_pattern_ops); CREATE INDEX ON s."t 1" (v bpchar_ops); CREATE INDEX ON s."t 1" (e);
CREATE INDEX ON s."t 1" (d); CREATE INDEX ON s."t 1" (a, c); CREATE INDEX ON s."t 1" (r); CREATE INDEX ON s."t 1" USING gist (r);
CREATE INDEX ON s."t 1" USING hash (v); CREATE INDEX ON s."t 1" USING gin (a); CREATE INDEX ON s."t 1" (o DESC, u NULLS FIRST);
CREATE UNIQUE INDEX ON s."t 1" (u) INCLUDE (o); CREATE UNIQUE INDEX ON s."t 1" (u) NULLS NOT DISTINCT;
CREATE INDEX ON s."t 1" (lower(v)); CREATE TABLE s."T" (id integer PRIMARY KEY, "Q q" integer UNIQUE, a integer,
  b varchar(10), x integer UNIQUE NULLS NOT DISTINCT, y integer UNIQUE DEFERRABLE, z integer, UNIQUE (z) INCLUDE (a),
  CHECK (a > 0) NO INHERIT, CHECK ("Q q" <> 3 OR b = ''), FOREIGN KEY (a) REFERENCES s."T" ON DELETE SET NULL (a),
  FOREIGN KEY (a) REFERENCES s."T" ("Q q") ON DELETE CASCADE, FOREIGN KEY (a) REFERENCES s."T" ON UPDATE SET NULL,
  FOREIGN KEY (a) REFERENCES s."T" ON DELETE SET DEFAULT, FOREIGN KEY (a) REFERENCES s."T" MATCH FULL,
  FOREIGN KEY (a) REFERENCES s."T" ON DELETE RESTRICT DEFERRABLE, FOREIGN KEY (a) REFERENCES s."T" ON DELETE RESTRICT,
  FOREIGN KEY (a) REFERENCES s."T" ON DELETE SET NULL, FOREIGN KEY (a, b) REFERENCES s."t 1" ON DELETE SET NULL (b));
`;

/** As the server itself prints them. */
const printed = `
SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE connamespace = 's'::regnamespace AND contype IN ('p', 'u', 'f', 'c') AND conrelid <> 0
UNION ALL
SELECT c.relname, substr(pg_get_indexdef(c.oid), strpos(pg_get_indexdef(c.oid), ' USING ') + 1)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE c.relnamespace = 's'::regnamespace AND c.oid NOT IN (SELECT conindid FROM pg_constraint)
ORDER BY 1`;

describe.for(postgresVersions())('keys in PostgreSQL $major', ({ major }) => {
  it('are told as the server prints them', async () => {
    await using original = await originalOf(major, script, []);
    await using copy = await original.trial();
    await copy.run("SET LOCAL search_path = ''");
    const { rows } = await copy.session.client.query(printed);
    const read = original.schema.objects
      .filter(({ type, schema }) => schema === 's' && (type === 'index' || type === 'constraint'))
      .map(({ name, attributes }) => ({ name, definition: attributes['definition'] }));
    expect(rows).toHaveLength(33);
    expect(new Set(read)).toEqual(new Set(rows));
  });
});
