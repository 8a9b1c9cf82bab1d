import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownedFolder } from '../../../support/postgres-server.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { chmod } from 'node:fs/promises';
import { cluster, resultOf, startRestored, sumsSql, whileWriting } from './clusters.ts';

interface Created {
  readonly backup: { readonly id: string; readonly kind: string; readonly storedBytes: number };
}

describe.each(postgresVersions())('a base backup of PostgreSQL $major', ({ bin }) => {
  it('taken under load comes back as a server that holds together', async () => {
    await using made = await cluster(bin);
    const { backup } = await whileWriting(made.server, () =>
      resultOf<Created>(made, ['backup', 'create', '--kind', 'base']),
    );
    expect(backup).toMatchObject({ kind: 'base', tables: null, rows: null, parent: null });
    const names = await readdir(join(made.work.path, 'backups', backup.id));
    expect(names.toSorted()).toEqual([
      expect.stringMatching(/^backup_manifest/),
      expect.stringMatching(/^base\.tar\./),
      'manifest.json',
    ]);
    await using root = await temporaryFolder();
    await ownedFolder(root.path);
    await chmod(root.path, 0o755);
    const into = join(root.path, 'data');
    await resultOf(made, ['restore', 'latest', '--into', into]);
    expect((await stat(into)).mode & 0o777).toBe(0o700);
    await using restored = await startRestored(made.server, root.path);
    const [a, b, c, d] = (await restored.psql(sumsSql)).split('|');
    expect([b, c, d]).toEqual([a, a, a]);
    const verdict = await resultOf<{ verified: boolean }>(made, ['restore-verify']);
    expect(verdict.verified).toBe(true);
  });
});
