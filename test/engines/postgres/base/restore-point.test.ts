import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BaseManifest } from '../../../../src/repository/manifest.ts';
import { ownedFolder } from '../../../support/postgres-server.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { contentAt } from '../backup/contents.ts';
import { cluster, resultOf, serverFolder, startRestored, whileWriting } from './clusters.ts';

interface Created {
  readonly backup: { readonly id: string };
}

describe.each(postgresVersions())('the restore point of PostgreSQL $major', ({ bin }) => {
  it('has the fingerprints of exactly that place in the log, while others write', async () => {
    await using root = await serverFolder();
    const archive = join(root.path, 'archive');
    await ownedFolder(archive);
    await using made = await cluster(bin, {
      // Commits that wait for the disk are those that could be missed.
      conf: ['archive_mode = on', `archive_command = 'cp %p ${archive}/%f'`, 'fsync = on'],
    });
    const { backup } = await whileWriting(made.server, () =>
      resultOf<Created>(made, ['backup', 'create', '--kind', 'base']),
    );
    const manifest = await manifestOf(made.work.path, backup.id);
    const { restorePoint } = manifest;
    expect(manifest.withoutPoint).toBe(null);
    expect(restorePoint?.name).toContain(`jem-db-${backup.id}`);

    await until('the segment of the point to be archived', async () =>
      made.server
        .psql(
          `select last_archived_wal >= pg_walfile_name('${restorePoint?.lsn}') from pg_stat_archiver`,
        )
        .then((answer) => answer === 't'),
    );
    await resultOf(made, ['restore', backup.id, '--into', join(root.path, 'data')]);
    await writeFile(join(root.path, 'data', 'recovery.signal'), '');
    await using recovered = await startRestored(made.server, root.path, [
      `restore_command = 'cp ${archive}/%f %p'`,
      `recovery_target_name = '${restorePoint?.name}'`,
      `recovery_target_action = 'promote'`,
    ]);
    await until(
      'the end of recovery',
      async () => (await recovered.psql('select pg_is_in_recovery()')) === 'f',
    );
    const there = await contentAt(recovered.url());
    expect(there.tables).toEqual(restorePoint?.content.tables);
  });

  it('is left out with why where the role may not make it, and the backup stands', async () => {
    await using made = await cluster(bin);
    await made.server.psql("create role copier login replication password 'secret-of-the-test'");
    const asCopier = made.server.url().replace('//postgres:', '//copier:');
    const done = await made.jemDb(['backup', 'create', '--kind', 'base', '--json'], {
      env: { DATABASE_URL: asCopier },
    });
    expect(done.exitCode, done.stdout).toBe(0);
    const { warnings, result } = done.json<Created>();
    expect(warnings).toEqual([expect.objectContaining({ code: 'backup-without-fingerprints' })]);
    const manifest = await manifestOf(made.work.path, result.backup.id);
    expect(manifest).toMatchObject({ restorePoint: null });
    expect(manifest.withoutPoint).toContain('pg_create_restore_point');
    await resultOf(made, ['backup', 'create', '--kind', 'base', '--no-fingerprints']);
    expect((await made.server.log()).match(/restore point/g)).toBe(null);
  });
});

async function manifestOf(work: string, id: string): Promise<BaseManifest> {
  const text = await readFile(join(work, 'backups', id, 'manifest.json'), 'utf8');
  return JSON.parse(text) as BaseManifest;
}
