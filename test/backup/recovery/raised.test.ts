import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serverFolder } from '../../engines/postgres/base/clusters.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { checkOf, ledger, scene, startRecovered, type Verified } from './recovering.ts';

/** What a hot standby needs at least as much of, and prepared transactions in any recovery. */
const raised = {
  max_connections: 300,
  max_prepared_transactions: 40,
  max_worker_processes: 24,
  max_wal_senders: 24,
  max_locks_per_transaction: 512,
};

it.concurrent.each(postgresVersions())(
  'PostgreSQL $major: a recovery has what the server that wrote the log had, and tells it',
  async ({ bin }) => {
    await using at = await scene(bin, { conf: ['max_prepared_transactions = 2'] });
    const { server } = at;
    await server.psql("begin; insert into ledger values (100); prepare transaction 'early'");
    const create = ['backup', 'create', '--kind', 'base', '--no-fingerprints'];
    await at.run(create);
    for (const [name, value] of Object.entries(raised))
      await server.psql(`alter system set ${name} = ${value}`);
    await server.stop();
    await server.start();
    await server.psql('create table locked (n int) partition by range (n)');
    await server.psql(
      "select format('create table locked_%s partition of locked for values from (%s) to (%s)', n, n, n + 1) from generate_series(1, 300) n \\gexec",
    );
    const late = Array.from(
      { length: 30 },
      (_, number) =>
        `begin; insert into ledger values (${200 + number}); prepare transaction 'late ${number}';`,
    );
    await server.psql(late.join('\n'));
    await server.psql(
      "begin; lock table locked in access exclusive mode; prepare transaction 'wide'",
    );
    await at.commit(1);
    await server.psql(`select pg_create_restore_point('raised')`);
    await at.commit(2);
    await at.switched();

    let told: readonly string[] = [];
    for (const target of [['--to-latest'], ['--to-name', 'raised']]) {
      const proved = await at.run<Verified>(['restore-verify', ...target]);
      expect(proved, target.join(' ')).toMatchObject({ verified: true });
      expect(checkOf(proved, 'target')).toMatchObject({ ok: true });
      expect(checkOf(proved, 'opens')?.detail).toContain('prepared transactions: 32, rolled back');
      told = proved.limits.flatMap((limit) => limit.match(/max_\w+ = \d+/g) ?? []);
      const lines = Object.entries(raised).map(([name, value]) => `${name} = ${value}`);
      expect(told.toSorted()).toEqual(lines.toSorted());
    }
    await at.lose();
    for (const [target, until, numbers, prepared] of [
      [['--to-latest'], 'open', '1,2', '32'],
      [['--to-name', 'raised'], 'paused', '1', '0'],
    ] as const) {
      await using root = await serverFolder();
      await at.run(['restore', '--into', join(root.path, 'data'), ...target]);
      await using recovered = await startRecovered(server, root.path, until, { conf: told });
      expect(await ledger(recovered)).toBe(numbers);
      // They are there again when it is open for writing.
      expect(await recovered.psql('select count(*) from pg_prepared_xacts')).toBe(prepared);
    }
  },
  90_000,
);
