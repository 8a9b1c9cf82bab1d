import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverFolder } from '../../engines/postgres/base/clusters.ts';
import type { PostgresServer } from '../../support/postgres-server.ts';
import { postgresVersions } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import {
  checkOf,
  type Created,
  ledger,
  type Scene,
  scene,
  startRecovered,
  storedSegment,
  type Verified,
} from './recovering.ts';

describe.each(postgresVersions())('timelines of PostgreSQL $major, encrypted', ({ bin }) => {
  let at: Scene;
  let id = '';
  const segments: string[] = [];
  let second = { at: '', lsn: '' };

  beforeAll(async () => {
    at = await scene(bin, { encrypted: true });
    id = (await at.run<Created>(['backup', 'create', '--kind', 'base'])).backup.id;
    for (const number of [1, 2, 3]) {
      const moment = await at.commit(number);
      if (number === 2) second = moment;
      segments.push(await at.switched());
    }
  }, 60_000);
  afterAll(async () => at[Symbol.asyncDispose]());

  /** Recovers into a folder of its own, and promotes. */
  async function recovered(
    target: readonly string[],
    body: (server: PostgresServer) => Promise<void>,
  ): Promise<void> {
    await using root = await serverFolder();
    const into = join(root.path, 'data');
    await at.run(['restore', id, '--into', into, ...target]);
    await using server = await startRecovered(at.server, root.path, 'open');
    await body(server);
  }

  it('recovers to both sides of a promotion, and lets each archive go on', async () => {
    await recovered(['--to-lsn', second.lsn, '--target-action', 'promote'], async (branch) => {
      expect(await ledger(branch)).toBe('1,2');
      await branch.psql('insert into ledger values (12)');
      await branch.psql('select pg_switch_wal()');
      await until('timeline 2 to be archived', async () =>
        (await branch.psql('select last_archived_wal from pg_stat_archiver')).startsWith(
          '00000002000',
        ),
      );
    });
    await at.commit(4);
    segments.push(await at.switched());

    await recovered(['--to-latest'], async (server) => {
      expect(await ledger(server)).toBe('1,2,12');
    });
    await recovered(['--to-latest', '--target-timeline', '1'], async (server) => {
      expect(await ledger(server)).toBe('1,2,3,4');
    });
  });

  it('writes paths that a shell and a configuration file would read otherwise, and no key', async () => {
    const odd = join(at.home, `it's 100% "odd" \\ %f`);
    await rename(at.backups, odd);
    try {
      await using root = await serverFolder();
      const words = ['--to-latest', '--target-timeline', '1', '--backups', odd];
      await at.run(['restore', '--into', join(root.path, 'data'), ...words]);
      const text = await readFile(join(root.path, 'data', 'postgresql.auto.conf'), 'utf8');
      const command = /^restore_command = .*/m.exec(text)?.[0];
      expect(command).toContain(`--key-file ${join(at.home, 'key')}`);
      expect(text).not.toContain((await readFile(join(at.home, 'key'), 'utf8')).trim());
      await using server = await startRecovered(at.server, root.path, 'open');
      expect(await ledger(server)).toBe('1,2,3,4');
    } finally {
      await rename(odd, at.backups);
    }
  });

  it('writes no key that comes from the environment, and says that the server needs it', async () => {
    await using root = await serverFolder();
    const into = join(root.path, 'data');
    const key = (await readFile(join(at.home, 'key'), 'utf8')).trim();
    const env = { JEM_DB_BACKUP_KEY: key, JEM_DB_BACKUP_KEY_FILE: '' };
    const codes = await at.warned(['restore', '--into', into, '--to-latest'], { env });
    expect(codes).toContain('recovery-needs-key');
    const text = await readFile(join(into, 'postgresql.auto.conf'), 'utf8');
    const command = /^restore_command = .*/m.exec(text)?.[0];
    expect(command).toContain('backup wal fetch');
    expect(command).not.toContain('--key-file');
    expect(text).not.toContain(key);
  });

  it('refuses a time before a backup in which nothing was written', async () => {
    const refusal = await at.refused(['restore-verify', '--to-time', '2020-01-01 00:00Z']);
    expect(refusal.cause).toContain(`Backup ${id} holds what was there at`);
  });

  it('tells what is damaged in the middle, and records that it is not proved', async () => {
    const path = await storedSegment(at.backups, segments[1] ?? '');
    const whole = await readFile(path);
    const broken = Buffer.from(whole);
    broken[broken.length >> 1]! ^= 1;
    await writeFile(path, broken);
    const timeline = ['--target-timeline', '1'];
    const seen = await at.run<Verified>(['restore-verify', '--to-latest', ...timeline], {
      exitCode: 1,
    });
    expect(seen).toMatchObject({ verified: false, recovery: null });
    expect(checkOf(seen, 'restore')?.detail).toContain(segments[1]);
    expect(checkOf(seen, 'restore')?.detail).toContain('damaged');
    await writeFile(path, whole);
  });

  it('refuses before anything is started what lies behind a missing segment', async () => {
    await rm(await storedSegment(at.backups, segments[2] ?? ''));
    const timeline = ['--target-timeline', '1'];
    for (const target of [['--to-latest'], ['--to-time', '2199-01-01 00:00Z']]) {
      const refusal = await at.refused(['restore-verify', ...target, ...timeline]);
      expect(refusal.code).toBe('restore-refused');
      expect(refusal.cause).toContain(`Segment ${segments[2]} is missing`);
    }
    const before = ['--to-lsn', second.lsn, '--exclusive', ...timeline];
    const proved = await at.run<Verified>(['restore-verify', ...before]);
    expect(proved).toMatchObject({ verified: true, recovery: { timeline: 1 } });
  });
});
