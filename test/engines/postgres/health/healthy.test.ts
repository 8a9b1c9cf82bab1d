import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jemDb } from '../../../support/cli.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { postgresVersions, startPostgres } from '../../../support/postgres.ts';
import { lookAt } from './looking.ts';

describe.for(postgresVersions())('a healthy PostgreSQL $major', ({ bin }) => {
  it('gives no finding, fresh and with the migrations of this repository', async () => {
    await using server = await startPostgres({ bin, conf: ['fsync = on'] });
    expect((await lookAt(server.url())).findings).toEqual([]);
    const url = await server.createDatabase();
    await using cwd = await temporaryFolder();
    const migrations = resolve(import.meta.dirname, '../../../../migrations');
    const options = ['--database', url, '--migrations', migrations];
    expect(await jemDb(['migrate', 'up', ...options], { cwd: cwd.path })).toMatchObject({
      exitCode: 0,
    });
    expect((await lookAt(url)).findings).toEqual([]);
  });
});
