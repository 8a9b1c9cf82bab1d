import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jemDb } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import {
  configureServer,
  ownedFolder,
  password,
  superuser,
} from '../../support/postgres-server.ts';
import { type PostgresServer, postgresVersions } from '../../support/postgres.ts';
import { serverUser } from '../../support/os-user.ts';
import { schemaErrors } from '../../support/schema.ts';
import { until } from '../../support/until.ts';
import { type ArchivedServer, startArchived, walCommand } from './archived-server.ts';

interface Listed {
  readonly id: string;
  readonly finishedAt: string;
  readonly recovery: {
    readonly chain: readonly string[];
    readonly windows: readonly { readonly fromAt: string; readonly toAt: string }[];
  };
}

interface Pruned {
  readonly removed: readonly string[];
  readonly kept: readonly { readonly id: string; readonly because: readonly string[] }[];
  readonly wal: readonly {
    readonly kept: number;
    readonly removed: number;
    readonly removedFirst: string;
    readonly keptFrom: string;
  }[];
}

/** Runs a command on the archived server; returns the result of its document. */
async function run<Result>(
  { server, home }: ArchivedServer,
  args: readonly string[],
): Promise<Result> {
  const login = `postgres://${superuser}:${password}@/postgres?host=${server.socketFolder}&port=${server.port}`;
  const env = { JEM_DB_POSTGRES_BIN: server.bin, DATABASE_URL: login };
  const done = await jemDb([...args, '--json'], { cwd: home, env });
  expect(done.exitCode, done.stdout + done.stderr).toBe(0);
  expect(schemaErrors(done.json()), args.join(' ')).toEqual([]);
  return done.json<Result>().result;
}

/** Commits, one transaction after the other, while `body` runs. */
async function whileCommitting<T>(server: PostgresServer, body: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const connection = ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser];
  const writing = execa(
    join(server.bin, 'pgbench'),
    [...connection, '-n', '-c', '1', '-R', '150', '-T', '600', 'postgres'],
    { env: { PGPASSWORD: password }, cancelSignal: stop.signal, reject: false },
  );
  try {
    return await body();
  } finally {
    stop.abort();
    await writing;
  }
}

/** What had been committed until then, by the server's own clock. */
async function committedUntil(server: PostgresServer, time: string): Promise<string> {
  return await server.psql(
    `select count(*), sum(delta) from pgbench_history where pg_xact_commit_timestamp(xmin) <= '${time}'`,
  );
}

/** Restores a backup, lets a real server recover to a time, and tells what it holds. */
async function recoveredTo(archived: ArchivedServer, id: string, time: string): Promise<string> {
  const { server, home } = archived;
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  await ownedFolder(root);
  await execa('chmod', ['755', folder.path]);
  await run(archived, ['restore', id, '--into', join(root, 'data')]);
  await execa('touch', [join(root, 'data/recovery.signal')], serverUser());
  await using recovered = await configureServer(server, root, {
    conf: [
      'archive_mode = off',
      `restore_command = '${walCommand('fetch', home)}'`,
      `recovery_target_time = '${time}'`,
      "recovery_target_action = 'promote'",
    ],
  });
  await until(
    'the recovery to end',
    async () => (await recovered.psql('select pg_is_in_recovery()')) === 'f',
  );
  return await recovered.psql('select count(*), sum(delta) from pgbench_history');
}

test.each(postgresVersions())(
  'PostgreSQL $major: after pruning every moment of the window can be recovered to',
  async ({ bin, major }) => {
    const canBuild = major >= 17;
    await using archived = await startArchived(bin, [
      ...['track_commit_timestamp = on', 'autovacuum = off'],
      ...(canBuild ? ['summarize_wal = on'] : []),
    ]);
    const { server, home } = archived;
    const connection = ['-h', server.socketFolder, '-p', String(server.port), '-U', superuser];
    await execa(join(bin, 'pgbench'), [...connection, '-i', '-q', 'postgres'], {
      env: { PGPASSWORD: password },
    });
    await archived.switched();
    const ids = await whileCommitting(server, async () => {
      const made: string[] = [];
      for (const more of [[], [], canBuild ? ['--incremental'] : []]) {
        const args = ['backup', 'create', '--kind', 'base', '--no-fingerprints', ...more];
        made.push((await run<{ backup: { id: string } }>(archived, args)).backup.id);
        await archived.switched();
        // The window is told in whole seconds.
        await pause(1100);
      }
      return made;
    });
    await archived.switched();
    const { backups } = await run<{ backups: readonly Listed[] }>(archived, ['backup', 'list']);
    expect(backups.map(({ id }) => id)).toEqual(ids);
    expect(backups[2]?.recovery.chain).toEqual(canBuild ? ids.slice(1) : ids.slice(2));
    const [end] = backups.map(({ recovery }) => Date.parse(recovery.windows[0]?.toAt ?? ''));
    // The second one had ended, and its log was archived, a second before the third was begun.
    const seconds = Math.ceil((end! - Date.parse(backups[2]?.finishedAt ?? '')) / 1000);
    const begin = end! - seconds * 1000;

    const prune = ['backup', 'prune', '--keep-window', `${seconds}s`, '--yes'];
    const files = () => readdir(join(home, 'backups/wal'), { recursive: true });
    const before = await files();
    const dry = await run<Pruned>(archived, [...prune, '--dry-run']);
    expect(await files()).toEqual(before);
    const done = await run<Pruned>(archived, prune);
    expect(done.wal).toEqual(dry.wal);
    expect(done.removed).toEqual(ids.slice(0, 1));
    expect(done.kept).toMatchObject([
      { id: ids[1], because: expect.arrayContaining(['opens the window']) },
      { id: ids[2], because: ['within the window'] },
    ]);
    expect(done.wal[0]?.removed).toBeGreaterThan(0);
    expect(await files()).toHaveLength(before.length - done.wal[0]!.removed);
    await run(archived, ['backup', 'check', '--wal']);
    await run(archived, ['backup', 'wal', 'status']);

    const last = Date.parse(
      await server.psql(
        `select max(pg_xact_commit_timestamp(xmin)) at time zone 'utc' || 'Z' from pgbench_history`,
      ),
    );
    for (const moment of [begin, begin + Math.random() * (last - begin)]) {
      const time = new Date(moment).toISOString().replace('Z', '+00');
      const from = backups.findLast(({ finishedAt }) => Date.parse(finishedAt) <= moment);
      const found = await recoveredTo(archived, from?.id ?? '', time);
      expect(found, `${time} from ${from?.id}`).toBe(await committedUntil(server, time));
    }
    const [count = 0] = (await committedUntil(server, 'infinity')).split('|').map(Number);
    expect(count).toBeGreaterThan(100);
  },
);
