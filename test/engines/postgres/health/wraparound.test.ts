import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { serverUser } from '../../../support/os-user.ts';
import { postgresVersions, startPostgres } from '../../../support/postgres.ts';
import { lookAt } from './looking.ts';
import { statementOf } from './planting.ts';

const ids = ['xid-wraparound', 'multixact-wraparound', 'table-freeze-age'];

/** At the beginning of a segment: the file that the server looks it up in is `segment`. */
const next = { xid: 1_200_619_520, xidSegment: '0479', multixact: 1_200_029_696, segment: '4787' };

describe.for(postgresVersions())('wraparound of PostgreSQL $major', ({ bin }) => {
  it('finds databases and tables that are old, and the hint makes them young', async () => {
    await using server = await startPostgres({
      bin,
      // The server would begin to freeze them at once.
      conf: [
        'autovacuum_freeze_max_age = 2000000000',
        'autovacuum_multixact_freeze_max_age = 2000000000',
      ],
    });
    await server.psql('CREATE TABLE old (id int)');
    await server.stop();
    const { dataFolder } = server;
    const zeros = Buffer.alloc(32 * 8192);
    const { uid, gid } = serverUser();
    const asServer = { mode: 0o600 };
    const files = [join('pg_xact', next.xidSegment), join('pg_multixact/offsets', next.segment)];
    for (const file of files) await writeFile(join(dataFolder, file), zeros, asServer);
    await execa('chown', [`${uid}:${gid}`, ...files.map((file) => join(dataFolder, file))]);
    const counters = ['-x', String(next.xid), '-m', `${next.multixact},1`];
    await execa(join(bin, 'pg_resetwal'), [...counters, '-D', dataFolder], serverUser());
    await server.start();

    const seen = await lookAt(server.url(), ids, {
      'table-freeze-age': { warning: 50, critical: 90 },
    });
    expect(seen.of('xid-wraparound')).toMatchObject({
      status: 'critical',
      summary: expect.stringMatching(
        /^the oldest transaction id of \w+ is 1201 M old, 56 % of what there is; vacuum is forced at 2000 M, hurries at 1600 M$/,
      ),
    });
    expect(seen.of('multixact-wraparound')).toMatchObject({
      status: 'critical',
      summary: expect.stringMatching(/^the oldest multixact id of \w+ is 1200 M old/),
    });
    expect(seen.of('table-freeze-age')).toMatchObject({ status: 'warning', value: 60 });
    await server.psql(statementOf(seen.of('table-freeze-age').hint, 'VACUUM (FREEZE)'));
    await server.psql('VACUUM (FREEZE)');
    const after = await lookAt(server.url(), ids);
    expect(after.of('table-freeze-age')).toMatchObject({ status: 'ok', value: 0 });
    const { objects, hint } = after.of('xid-wraparound');
    expect(objects?.find(({ name }) => name === 'postgres')?.value).toBeLessThan(1000);
    expect(objects?.[0]?.name).toMatch(/template/);
    expect(hint).toMatch(/VACUUM \(FREEZE\)/);
  });
});
