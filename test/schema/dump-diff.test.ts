import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testEngines } from '../support/databases.ts';
import { project, twoMigrations } from '../support/project.ts';

describe.each(testEngines())('schema dump and diff on $title', ({ create, engine }) => {
  it('prints the same text for the same schema, which makes it again', async () => {
    await using first = await create();
    await using second = await create();
    await using work = await project(twoMigrations, first.url);
    await work.run(['migrate', 'up']);
    const { stdout, exitCode } = await work.run(['schema', 'dump']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^-- Schema of a \w+ \d+ database, by jem-db\n/);
    expect(stdout).not.toContain('jem_db_migrations');
    expect((await work.run(['schema', 'dump'])).stdout).toBe(stdout);

    await work.write({ 'copy/1_dump.up.sql': stdout });
    const copy = ['migrate', 'up', '--migrations', 'copy', '-d', second.url];
    expect((await work.run(copy)).exitCode).toBe(0);
    const { exitCode: different, stdout: words } = await work.run([
      'schema',
      'diff',
      first.url,
      second.url,
    ]);
    expect(words).toContain('have the same schema');
    expect(different).toBe(0);
  });

  it('compares a database, both kinds of dump, and the folder at a version', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.run(['migrate', 'up']);
    for (const format of ['sql', 'json'])
      await writeFile(
        join(work.path, `dump.${format}`),
        (await work.run(['schema', 'dump', '--format', format])).stdout,
      );
    const document = await work.run(['schema', 'dump', '--json']);
    await writeFile(join(work.path, 'document.json'), document.stdout);
    expect(JSON.parse(await readFile(join(work.path, 'dump.json'), 'utf8'))).toMatchObject({
      engine,
    });
    for (const other of [
      'dump.sql',
      'dump.json',
      'document.json',
      'migrations',
      'migrations@0002',
      'migrations@latest',
    ]) {
      const { exitCode, stdout, stderr } = await work.run(['schema', 'diff', other, database.url]);
      expect([other, exitCode, stdout + stderr]).toEqual([other, 0, expect.any(String)]);
    }
    const older = await work.run(['schema', 'diff', 'migrations@0001', 'migrations', '--json']);
    expect(older.exitCode).toBe(1);
    const { differences } = older.json().result as unknown as {
      differences: { change: string; object: { name: string } }[];
    };
    expect(new Set(differences.map(({ change }) => change))).toEqual(new Set(['unexpected']));
    expect(differences.map(({ object }) => object.name)).toContain('notes');
  });

  it('refuses what it cannot read, and says what can be named', async () => {
    await using database = await create();
    await using work = await project(twoMigrations, database.url);
    await work.write({ 'odd.json': '{"a": 1}' });
    const odd = await work.run(['schema', 'diff', 'odd.json', database.url]);
    expect(odd.exitCode).toBe(4);
    expect(odd.stderr).toContain('holds no schema of jem-db');
    const gone = await work.run(['schema', 'diff', 'gone.sql', database.url]);
    expect(gone.exitCode).toBe(2);
    expect(gone.stderr).toContain('migrations@0042');
    const format = await work.run(['schema', 'dump', '--format', 'jsn']);
    expect(format.stderr).toContain('json');
    expect(format.exitCode).toBe(2);
  });
});
