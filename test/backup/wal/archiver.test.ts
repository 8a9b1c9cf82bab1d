import { execa } from 'execa';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jemDb } from '../../support/cli.ts';
import { schemaErrors } from '../../support/schema.ts';
import { password, superuser } from '../../support/postgres-server.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { copyOf, recover, startArchived, walCommand } from './archived-server.ts';

test.each(postgresVersions())(
  'PostgreSQL $major: every committed transaction comes back from the archive',
  async ({ bin }) => {
    await using archived = await startArchived(bin);
    const { server, home } = archived;
    const root = await copyOf(server);
    await execa(join(bin, 'pgbench'), ['-i', '-s', '3', '-q', ...connection(server)], login);
    await execa(join(bin, 'pgbench'), ['-c', '4', '-t', '400', '-n', ...connection(server)], login);
    const before = await server.psql(
      'select count(*), sum(delta), (select sum(abalance) from pgbench_accounts) from pgbench_history',
    );
    await archived.switched();
    await server.kill();

    const recovered = await recover(server, root, walCommand('fetch', home));
    expect(
      await recovered.psql(
        'select count(*), sum(delta), (select sum(abalance) from pgbench_accounts) from pgbench_history',
      ),
    ).toBe(before);
    expect(before.split('|')[0]).toBe('1600');
    expect(await recovered.log()).not.toMatch(/error:/);
    await recovered[Symbol.asyncDispose]();

    const options = { cwd: home };
    const status = await jemDb(['backup', 'wal', 'status', '--json'], options);
    const document = status.json<{ clusters: { timelines: object[]; segmentBytes: number }[] }>();
    expect(document.result.clusters).toMatchObject([
      { segmentBytes: 16777216, timelines: [{ timeline: 1, gaps: [] }] },
    ]);
    expect(schemaErrors(document)).toEqual([]);
  },
);

const login = { env: { PGPASSWORD: password } };

function connection(server: { socketFolder: string; port: number }): string[] {
  return ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser, 'postgres'];
}
