import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startJemDb } from '../../support/cli.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { type Created, scene, type Verified } from './recovering.ts';

it.each(postgresVersions())(
  'PostgreSQL $major: what was streamed of a segment that was not filled comes back',
  async ({ bin }) => {
    await using at = await scene(bin);
    const { server, home } = at;
    await server.psql('alter system set archive_command = true');
    await server.reload();
    await at.run<Created>(['backup', 'create', '--kind', 'base', '--no-fingerprints']);
    const receiving = startJemDb(
      [
        'backup',
        'wal',
        'receive',
        '--synchronous',
        '--partial-every',
        '100ms',
        '--spool',
        join(home, 'spool'),
      ],
      { cwd: home, env: { DATABASE_URL: server.url(), JEM_DB_POSTGRES_BIN: bin } },
    );
    const { lsn } = await at.commit(1);
    await server.psql(`select pg_logical_emit_message(true, 'test', 'flush it')`);
    await until('the stream to have it', async () => {
      const flushed = `select bool_or(flush_lsn >= '${lsn}') from pg_stat_replication`;
      return (await server.psql(flushed)) === 't';
    });
    await at.lose();
    receiving.kill('SIGTERM');
    expect((await receiving).exitCode).toBe(143);
    const [cluster = ''] = await readdir(join(at.backups, 'wal'));
    const stored = await readdir(join(at.backups, 'wal', cluster), { recursive: true });
    expect(stored.filter((name) => name.includes('.partial-'))).toHaveLength(1);

    const proved = await at.run<Verified>(['restore-verify', '--to-latest']);
    expect(proved).toMatchObject({ verified: true });
    expect(position(proved.recovery?.lsn ?? '')).toBeGreaterThanOrEqual(position(lsn));
  },
);

function position(lsn: string): number {
  const [high = '', low = ''] = lsn.split('/');
  return Number.parseInt(high, 16) * 2 ** 32 + Number.parseInt(low, 16);
}
