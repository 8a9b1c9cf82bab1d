import { describe, expect, it } from 'vitest';
import { postgresVersions, startPostgres } from '../../../support/postgres.ts';
import { lookAt } from './looking.ts';

describe.for(postgresVersions())('a healthy PostgreSQL $major', ({ bin }) => {
  it('gives no finding', async () => {
    await using server = await startPostgres({ bin, conf: ['fsync = on'] });
    const seen = await lookAt(server.url());
    expect(seen.findings).toEqual([]);
  });
});
