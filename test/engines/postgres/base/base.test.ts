import { randomBytes } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownedFolder } from '../../../support/postgres-server.ts';
import { postgresVersions, startStandby } from '../../../support/postgres.ts';
import type { TemporaryFolder } from '../../../support/folders.ts';
import { until } from '../../../support/until.ts';
import {
  type Cluster,
  cluster,
  resultOf,
  serverFolder,
  startOn,
  startRestored,
  sumsSql,
  whileWriting,
} from './clusters.ts';

interface Created {
  readonly backup: { readonly id: string; readonly parent: string | null };
}
interface Verified {
  readonly verified: boolean;
  readonly checks: readonly { readonly id: string; readonly ok: boolean | null }[];
}

const create = ['backup', 'create', '--kind', 'base', '--no-fingerprints'];

describe.each(postgresVersions())('a base backup of PostgreSQL $major', ({ bin, major }) => {
  let made: Cluster;
  let root: TemporaryFolder;
  let space: string;

  beforeAll(async () => {
    made = await cluster(bin, { conf: ['allow_in_place_tablespaces = on'] });
    root = await serverFolder();
    space = join(root.path, 'space');
    await ownedFolder(space);
    await made.server.psql(`create tablespace beside location '${space}'`);
    await made.server.psql("create tablespace within location ''");
    await made.server.psql('create table inside tablespace within as select 1 as id');
    await made.server.psql(
      'create table apart (id int primary key, text text) tablespace beside; insert into apart select i, md5(i::text) from generate_series(1, 5000) i',
    );
  });
  afterAll(async () => {
    await made[Symbol.asyncDispose]();
    await root[Symbol.asyncDispose]();
  });

  it('taken under load and encrypted comes back as a server that holds together', async () => {
    const env = { JEM_DB_BACKUP_KEY: randomBytes(32).toString('hex'), JEM_DB_BACKUPS: './secret' };
    const { backup } = await whileWriting(made.server, () =>
      resultOf<Created>(made, create, 0, env),
    );
    expect(backup).toMatchObject({ kind: 'base', tables: null, rows: null, parent: null });
    const stored = await readdir(join(made.work.path, 'secret', backup.id));
    const kinds = stored.map((name) => name.replace(/^\d+/, 'OID').replace(/\.(gz|zst)/, ''));
    // PostgreSQL 15 keeps tablespaces within the data folder in its archive.
    expect([...new Set(kinds)].toSorted()).toEqual([
      'OID.tar.enc',
      'backup_manifest.enc',
      'base.tar.enc',
      'manifest.json',
    ]);

    await using place = await serverFolder();
    const into = join(place.path, 'data');
    const restore = ['restore', 'latest', '--into', into];
    // The tablespace stands where it was: nothing may be put over it.
    const refused = await made.jemDb(restore, { env });
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining(space)]);
    expect(await readdir(place.path)).toEqual([]);
    const mapping = ['--tablespace-mapping', `${space}=${join(place.path, 'moved')}`];
    await resultOf(made, [...restore, ...mapping], 0, env);
    for (const path of [into, join(place.path, 'moved')])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(into, 'PG_VERSION'))).mode & 0o777).toBe(0o600);

    await using restored = await startRestored(made.server, place.path);
    const [a, b, c, d] = (await restored.psql(sumsSql)).split('|');
    expect([b, c, d]).toEqual([a, a, a]);
    expect(await restored.psql('select count(*) from apart, inside')).toBe('5000');

    const verdict = await resultOf<Verified>(made, ['restore-verify'], 0, env);
    expect(verdict.verified).toBe(true);
    expect(verdict.checks.map(({ id, ok }) => [id, ok])).toEqual([
      ['files', true],
      ['restore', true],
      ['pg_verifybackup', true],
      ['opens', true],
      ['pg_amcheck', true],
      ['fingerprints', null],
    ]);
  });

  it('asks before it replaces a cluster, and names it', async () => {
    await resultOf(made, create);
    await using place = await serverFolder();
    const into = join(place.path, 'data');
    await ownedFolder(into);
    await writeFile(join(into, 'PG_VERSION'), `${major}\n`);
    const restore = ['restore', 'latest', '--into', into, '--tablespace-mapping'];
    const args = [...restore, `${space}=${join(place.path, 'moved')}`];
    const refused = await made.jemDb(args);
    expect([refused.exitCode, refused.stderr]).toEqual([
      4,
      expect.stringContaining(`a cluster of PostgreSQL ${major}`),
    ]);
    expect((await made.jemDb([...args, '--clean'])).exitCode).toBe(4);
    expect(await readdir(into)).toEqual(['PG_VERSION']);
    const { replaced } = await resultOf<{ replaced: string }>(made, [...args, '--clean', '--yes']);
    expect(replaced).toBe(`a cluster of PostgreSQL ${major}`);
    expect(await readdir(into)).toContain('global');
    expect((await readdir(place.path)).toSorted()).toEqual(['data', 'moved']);
  });

  it('leaves nothing published when it is stopped, killed or loses its server', async () => {
    const backups = join(made.work.path, 'slow');
    const slow = [...create, '--rate', '512k', '--backups', backups];
    const streaming = (): Promise<unknown> =>
      until('the stream of the backup', async () =>
        (
          await made.server.psql(
            "select 1 from pg_stat_progress_basebackup where phase = 'streaming database files'",
          )
        ).includes('1'),
      );
    const gone = (): Promise<unknown> =>
      until(
        'the end of the stream',
        async () => (await made.server.psql('select 1 from pg_stat_progress_basebackup')) === '',
      );
    for (const [signal, exitCode] of [
      ['SIGTERM', 143],
      ['SIGKILL', undefined],
    ] as const) {
      const child = startOn(made, slow);
      await streaming();
      child.kill(signal);
      expect((await child).exitCode).toBe(exitCode);
      await gone();
    }
    const child = startOn(made, slow);
    await streaming();
    await made.server.psql(
      "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'",
    );
    const { exitCode, stderr } = await child;
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('error:')]);
    expect(await readdir(backups)).toEqual([]);
    const slots = await made.server.psql('select count(*) from pg_replication_slots');
    expect(slots).toBe('0');
  });

  it('is refused to a role without REPLICATION', async () => {
    await made.server.psql("create role plain login password 'secret-of-the-test'");
    const env = { DATABASE_URL: made.server.url().replace('//postgres:', '//plain:') };
    const { exitCode, stderr } = await made.jemDb(create, { env });
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('REPLICATION')]);
    expect(stderr).not.toContain('secret-of-the-test');
  });

  it('is taken from a standby, and not while that is promoted', async () => {
    await made.server.psql('drop table apart; drop tablespace beside');
    await using standby = await startStandby(made.server);
    const env = { DATABASE_URL: standby.url(), JEM_DB_BACKUPS: './of-standby' };
    await resultOf(made, create, 0, env);
    const verdict = await resultOf<Verified>(made, ['restore-verify'], 0, env);
    expect(verdict.verified).toBe(true);

    const child = startOn({ ...made, server: standby }, [...create, '--rate', '4M']);
    await until('the stream of the backup', async () =>
      (
        await standby.psql(
          "select 1 from pg_stat_progress_basebackup where phase = 'streaming database files'",
        )
      ).includes('1'),
    );
    await standby.psql('select pg_promote()');
    const { exitCode, stderr } = await child;
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('was promoted')]);
  });
});
