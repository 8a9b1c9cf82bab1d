import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { baseContent, content, open } from '../../repository/making.ts';
import { jemDb } from '../../support/cli.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { cluster, dataFolder, nameOf, segment, writeSegments } from './segments.ts';

/** A repository with a backup of a kind that says of which cluster it is. */
async function repositoryOf(folder: string, kind: string, systemIdentifier: string) {
  const backups = join(folder, 'backups');
  await using draft = await open(backups).begin();
  await draft.publish(kind === 'base' ? baseContent(systemIdentifier) : content);
  const data = await dataFolder(folder);
  await writeSegments(data, [1]);
  const push = (...args: string[]) =>
    jemDb(
      ['backup', 'wal', 'push', `pg_wal/${nameOf(1)}`, '--backups', backups, '--json', ...args],
      {
        cwd: data,
      },
    );
  return { data, push };
}

test.each([
  { what: 'base backups of another cluster', kind: 'base', identifier: '5', exitCode: 4 },
  { what: 'base backups of this one', kind: 'base', identifier: String(cluster), exitCode: 0 },
  { what: 'dumps of another one', kind: 'logical', identifier: '5', exitCode: 0 },
])('a repository with $what: exit code $exitCode', async ({ kind, identifier, exitCode }) => {
  await using folder = await temporaryFolder();
  const { push } = await repositoryOf(folder.path, kind, identifier);
  const pushed = await push();
  expect(pushed).toMatchObject({ exitCode });
  expect(pushed.json().error?.['code']).toBe(exitCode === 0 ? undefined : 'wal-refused');
});

test('whoever names the cluster takes another one’s repository knowingly, and that one alone', async () => {
  await using folder = await temporaryFolder();
  const { data, push } = await repositoryOf(folder.path, 'base', '5');
  expect(await push('--system-identifier', String(cluster))).toMatchObject({ exitCode: 0 });
  await writeFile(join(data, 'pg_wal', nameOf(1)), segment(1, { systemIdentifier: 6n }));
  expect(await push('--system-identifier', String(cluster))).toMatchObject({ exitCode: 4 });
  expect(await push('--system-identifier', 'x')).toMatchObject({ exitCode: 2 });
});
