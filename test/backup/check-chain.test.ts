import { appendFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cluster, resultOf } from '../engines/postgres/base/clusters.ts';
import { postgresVersions } from '../support/postgres.ts';

interface Created {
  readonly backup: { readonly id: string };
}
interface Checked {
  readonly backups: readonly {
    readonly id: string;
    readonly ok: boolean;
    readonly requiredBy: readonly string[];
    readonly missing: string | null;
  }[];
}

it('looks at all that an incremental backup builds on, and says so', async () => {
  const { bin } = postgresVersions().find(({ major }) => major >= 17)!;
  await using made = await cluster(bin, { conf: ['summarize_wal = on'] });
  const create = ['backup', 'create', '--kind', 'base', '--no-fingerprints'];
  const ids: string[] = [];
  for (const more of [[], ['--incremental'], ['--incremental']])
    ids.push((await resultOf<Created>(made, [...create, ...more])).backup.id);
  const [whole = '', first = '', second = ''] = ids;
  const check = (words: readonly string[], exitCode: number) =>
    resultOf<Checked>(made, ['backup', 'check', ...words], exitCode);
  const sound = { ok: true, missing: null };

  for (const words of [[], [second]])
    expect((await check(words, 0)).backups).toMatchObject([
      { id: whole, requiredBy: [second], ...sound },
      { id: first, requiredBy: [second], ...sound },
      { id: second, requiredBy: [], ...sound },
    ]);
  expect((await check([first], 0)).backups.map(({ id }) => id)).toEqual([whole, first]);
  const { stdout } = await made.jemDb(['backup', 'check']);
  expect(stdout).toContain(`whole  ${whole}  `);
  expect(stdout).toContain(`${second} builds on it`);

  const folder = join(made.work.path, 'backups', whole);
  const archive = (await readdir(folder)).find((name) => name.startsWith('base.tar')) ?? '';
  await appendFile(join(folder, archive), 'x');
  const damaged = await check([], 1);
  expect(damaged.backups.map(({ ok }) => ok)).toEqual([false, true, true]);

  await rm(join(made.work.path, 'backups', first), { recursive: true });
  const cut = await check([], 1);
  expect(cut.backups).toMatchObject([{ id: second, ok: false, missing: first }]);
  const told = await made.jemDb(['backup', 'check', '--quiet']);
  expect(told.stdout).toContain(`builds on ${first}, which is not there`);
});
