import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { project, type Project, twoMigrations } from '../support/project.ts';

type Settings = { name: string; value: string | null; from: string }[];

async function settingOf(
  work: Project,
  name: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Settings[number] | undefined> {
  const document = (await work.run(['config', '--json', ...args], { env })).json();
  const settings = (document.result?.['settings'] ?? []) as Settings;
  return settings.find((setting) => setting.name === name);
}

describe('settings', () => {
  it('go flag, JEM_DB_*, DATABASE_URL, .env, jem-db.json, default', async () => {
    await using work = await project();
    const database = (args: string[] = [], env: Record<string, string> = {}) =>
      settingOf(work, 'database', args, env);
    expect(await database()).toMatchObject({ from: 'default' });
    await work.write({ 'jem-db.json': '{"database": "./from-file.db"}' });
    expect((await database())?.value).toContain('from-file.db');
    await work.write({ '.env': 'DATABASE_URL=./from-dotenv.db\n' });
    expect(await database()).toMatchObject({ from: '.env DATABASE_URL' });
    const env = { DATABASE_URL: './from-env.db' };
    expect(await database([], env)).toMatchObject({ from: 'environment DATABASE_URL' });
    const both = { ...env, JEM_DB_DATABASE_URL: './from-jem.db' };
    expect(await database([], both)).toMatchObject({ from: 'environment JEM_DB_DATABASE_URL' });
    expect(await database(['-d', './flag.db'], both)).toMatchObject({ from: 'flag --database' });
  });

  it('finds jem-db.json above, and reads its paths from where it lies', async () => {
    await using work = await project();
    await work.write({
      'jem-db.json': '{"migrations": "sql", "database": "a.db"}',
      'deep/er/x': '',
    });
    const { jemDb } = await import('../support/cli.ts');
    const document = (await jemDb(['config', '--json'], { cwd: `${work.path}/deep/er` })).json();
    expect(document.result?.['connection']).toMatchObject({ file: `${work.path}/a.db` });
  });

  it('reads the URL from a file, and never shows its password', async () => {
    await using work = await project();
    await work.write({ 'secret/url': 'postgres://app:s3cr3t-word@db.example/app\n' });
    const { stdout, stderr, exitCode } = await work.run([
      'config',
      '--database-file',
      'secret/url',
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^hosts +db\.example:5432$/m);
    expect(stdout).not.toMatch(/[{}[\]"]|^params/m);
    expect(stdout + stderr).not.toContain('s3cr3t-word');
  });

  it.each([
    ['{"databse": "x"}', 'database'],
    ['{', 'not valid JSON'],
    ['[]', 'one JSON object'],
    ['{"lockTimeout": "soon"}', 'lockTimeout'],
  ])('refuses the file %s in words', async (content, words) => {
    await using work = await project();
    await work.write({ 'jem-db.json': content });
    const { exitCode, stderr } = await work.run(['config']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });

  it('warns of a variable that is none of its own', async () => {
    await using work = await project();
    const { stderr } = await work.run(['config'], { env: { JEM_DB_MIGRATION: 'x' } });
    expect(stderr).toContain('JEM_DB_MIGRATIONS');
  });

  it('says first on stderr when no database is named', async () => {
    await using work = await project();
    const { stderr } = await work.run(['config']);
    expect(stderr.split('\n')[0]).toContain('./jem.db');
    expect((await work.run(['config', '--quiet'])).stderr).toBe('');
  });

  it('refuses a database that is named twice', async () => {
    await using work = await project();
    const { exitCode, stderr } = await work.run(['config', '-d', 'a.db', '--database-file', 'f']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('twice');
  });

  it('name the database by the stronger of a URL and a file that holds one', async () => {
    await using work = await project();
    await work.write({ url: './from-url-file.db\n' });
    const from = async (env: Record<string, string>) =>
      (await settingOf(work, 'database', [], env))?.from;
    const url = { DATABASE_URL: './a.db', JEM_DB_DATABASE_URL: './b.db' };
    expect(await from({ ...url, DATABASE_URL_FILE: 'url' })).toBe(
      'environment JEM_DB_DATABASE_URL',
    );
    expect(await from({ DATABASE_URL: './a.db', JEM_DB_DATABASE_URL_FILE: 'url' })).toContain(
      'JEM_DB_DATABASE_URL_FILE',
    );
    await work.write({ '.env': 'JEM_DB_DATABASE_URL=./dot.db\n' });
    expect(await from({ DATABASE_URL_FILE: 'url' })).toBe('.env JEM_DB_DATABASE_URL');
  });

  it('read a URL once: the file may be a pipe', async () => {
    await using work = await project(twoMigrations);
    const line = 'exec "$0" "$1" migrate --quiet --database-file <(echo ./piped.db)';
    const { stderr, exitCode } = await execa('bash', ['-c', line, process.execPath, cliPath], {
      cwd: work.path,
      reject: false,
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(existsSync(join(work.path, 'piped.db'))).toBe(true);
  });

  it('are read from files that begin with a byte order mark', async () => {
    await using work = await project();
    await work.write({ '.env': '\uFEFFDATABASE_URL=./dot.db\n', 'jem-db.json': '\uFEFF{}' });
    expect((await settingOf(work, 'database'))?.from).toBe('.env DATABASE_URL');
  });

  it.each([
    ['--ledger-table', ''],
    ['--migrations', ''],
  ])('refuse an empty %s', async (...flag) => {
    await using work = await project();
    expect((await work.run(['migrate', ...flag])).exitCode).toBe(2);
  });
});
