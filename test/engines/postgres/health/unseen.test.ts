import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresVersions, startPostgres, type PostgresServer } from '../../../support/postgres.ts';
import { idsOf, lookAt } from './looking.ts';

/** More than a check lists; as large as what it looks at, by what the catalog says of them. */
const many = `
  CREATE ROLE plain LOGIN PASSWORD 'x';
  CREATE TABLE hidden (id int PRIMARY KEY);
  CREATE SEQUENCE hidden_numbers;
  DO $$ BEGIN FOR n IN 1..101 LOOP
    EXECUTE format('CREATE TABLE t%1$s (id int PRIMARY KEY); INSERT INTO t%1$s VALUES (1), (2); GRANT SELECT ON t%1$s TO plain', n);
  END LOOP; END $$;
  ANALYZE;
  UPDATE pg_class SET relpages = 20000, reltuples = 4500000 WHERE relname ~ '^t\\d+';
  UPDATE pg_class SET relpages = 20000, reltuples = 10 WHERE relname ~ '^hidden'`;

describe.for(postgresVersions())('what health does not see of PostgreSQL $major', ({ bin }) => {
  let server: PostgresServer;
  beforeAll(async () => (server = await startPostgres({ bin })));
  afterAll(() => server[Symbol.asyncDispose]());

  it('is not hidden by more than a hundred that it sees', async () => {
    const url = await server.createDatabase();
    const database = new URL(url).pathname.slice(1);
    await server.psql(many, database);
    const ids = ['integer-keys', 'table-bloat', 'index-bloat', 'sequences'];
    const look = () => lookAt(url.replace(/\/\/.*@/, '//plain:x@'), ids);
    const seen = await look();
    expect(idsOf(seen, 'unknown')).toEqual(ids.toSorted());
    expect(seen.of('integer-keys').hint).toContain(
      'GRANT SELECT (id) ON public.hidden TO "plain";',
    );
    expect(seen.of('table-bloat').summary).toContain('1 large one has no statistics');
    await server.psql(
      'GRANT SELECT ON hidden, hidden_numbers TO plain; INSERT INTO hidden VALUES (1); ANALYZE hidden',
      database,
    );
    expect((await look()).findings).toEqual([]);
  });
});
