import { readdir, readFile, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listener } from '../alerts/listener.ts';
import { backUp, dataFiles, filled, heldIn, resultOf } from '../backup/setup.ts';
import { testEngines } from '../support/databases.ts';
import type { Project } from '../support/project.ts';

export interface Verified {
  readonly verified: boolean;
  readonly restoredInto: string | null;
  readonly restoreMs: number | null;
  readonly recoveryPoint: string;
  readonly checks: readonly { readonly id: string; readonly ok: boolean | null; detail: string }[];
  readonly tables: readonly { readonly name: string; readonly rows: number; match: boolean }[];
}

async function proofs(work: Project, id: string): Promise<string[]> {
  return (await readdir(join(work.path, 'backups', id, 'proofs'))).toSorted();
}

describe.each(testEngines())('restore-verify on $title', (row) => {
  it('proves a backup, table by table, and keeps the verdict beside it', async () => {
    await using made = await filled(row);
    const { work, database } = made;
    const { id } = await backUp(work);
    // What is written after the backup is no part of it.
    await database.sql("insert into users (id, name) values (3, 'Edsger')");
    const verified = await resultOf<Verified>(work, ['restore-verify']);
    expect(verified).toMatchObject({ verified: true, backup: { id } });
    expect(verified.restoreMs).toBeGreaterThan(0);
    const tables = verified.tables.map(({ name, rows, match }) => [
      name.replace('public.', ''),
      rows,
      match,
    ]);
    expect(tables).toHaveLength(heldIn(row).tables);
    expect(tables).toEqual(
      expect.arrayContaining([
        ['jem_db_migrations', 2, true],
        ['notes', 3, true],
        ['users', 2, true],
      ]),
    );
    const seen = Object.fromEntries(verified.checks.map((check) => [check.id, check.ok]));
    expect(seen).toMatchObject({
      files: true,
      restore: true,
      content: true,
      schema: true,
      ledger: true,
    });
    const [page = '', verdict = ''] = await proofs(work, id);
    expect([page, verdict]).toEqual([
      expect.stringMatching(/\.html$/),
      expect.stringMatching(/\.json$/),
    ]);
    expect(await readFile(join(work.path, 'backups', id, 'proofs', page), 'utf8')).toContain(
      'This backup was restored, and holds what the database held.',
    );
    const list = await work.run(['backup', 'list']);
    expect(list.stdout).toMatch(/yes, just now/);
    const show = await work.run(['backup', 'show', id]);
    expect(show.stdout).toMatch(/proved: restored into/);
    expect((await work.run(['backup', 'check', '--all'])).exitCode).toBe(0);
  });

  it('proves at once with backup --verify, silently where cron calls', async () => {
    await using made = await filled(row);
    const { work } = made;
    const people = await work.run(['backup', '--verify']);
    expect([people.exitCode, people.stderr]).toEqual([0, '']);
    expect(people.stdout).toMatch(/^ok +content +\d tables, \d rows, nothing differs$/m);
    expect(people.stdout).toMatch(/Proved: \d tables? with \d rows came back/);
    const quiet = await work.run(['backup', '--verify', '--quiet']);
    expect([quiet.exitCode, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
    const again = await work.run(['restore-verify', '--quiet']);
    expect([again.exitCode, again.stdout, again.stderr]).toEqual([0, '', '']);
  });

  it('says no to a damaged backup, names the file, tells, and says yes when it is well again', async () => {
    await using made = await filled(row);
    await using hook = await listener();
    const { work } = made;
    const { id } = await backUp(work);
    const [file = ''] = await dataFiles(work, id);
    await truncate(file, (await stat(file)).size - 1);
    const line = ['restore-verify', '--webhook', hook.url];
    const verified = await resultOf<Verified>(work, line, 1);
    expect(verified).toMatchObject({ verified: false, restoredInto: null, tables: [] });
    const name = file.split(`${id}/`)[1] ?? '';
    expect(verified.checks).toEqual([
      { id: 'files', ok: false, detail: expect.stringContaining(name) },
    ]);
    const quiet = await work.run(['restore-verify', '--quiet']);
    expect([quiet.exitCode, quiet.stdout]).toEqual([1, expect.stringContaining(name)]);
    expect((await work.run(['backup', 'list'])).stdout).toMatch(/no, it failed just now/);
    await backUp(work);
    await resultOf<Verified>(work, line);
    expect(hook.heard.map(({ event }) => event)).toEqual(['failure', 'recovery']);
    expect(hook.heard[0]?.['text']).toContain(name);
  });

  it('leaves nothing behind but the verdict', async () => {
    await using made = await filled(row);
    const { work } = made;
    await backUp(work);
    const temporary = join(work.path, 'tmp');
    await work.write({ 'tmp/.keep': '' });
    expect((await work.run(['restore-verify'], { env: { TMPDIR: temporary } })).exitCode).toBe(0);
    expect(await readdir(temporary)).toEqual(['.keep']);
    expect(tmpdir()).not.toBe(temporary);
  });

  it('does not restore on the server that it came from', async () => {
    await using made = await filled(row);
    await backUp(made.work);
    const { exitCode, stderr } = await made.work.run([
      'restore-verify',
      '--scratch',
      'same-server',
    ]);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('server it came from')]);
  });
});
