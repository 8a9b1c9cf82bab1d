import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { jemDb } from '../support/cli.ts';

const root = resolve(import.meta.dirname, '../..');

interface Listed {
  readonly id: string;
  readonly engine: string | null;
  readonly title: string;
  readonly source: string;
}

async function table(...args: string[]): Promise<number | undefined> {
  const script = join(root, 'build/checks-table.cjs');
  return (await execa(process.execPath, [script, ...args], { reject: false })).exitCode;
}

describe('the list of checks', () => {
  it('names every check once, in kebab case, with words and a source', async () => {
    await using folder = await temporaryFolder();
    const done = await jemDb(['health', 'checks', '--json'], { cwd: folder.path });
    const { checks } = done.json<{ checks: readonly Listed[] }>().result;
    const names = checks.map(({ id, engine }) => `${engine} ${id}`);
    expect(new Set(names).size).toBe(names.length);
    const own = checks.filter(({ engine }) => engine === null).map(({ id }) => id);
    expect(checks.filter(({ id, engine }) => engine !== null && own.includes(id))).toEqual([]);
    for (const { id, title, source } of checks) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(
        [title, source].every((text) => text.length > 1 && !text.includes('\n')),
        id,
      ).toBe(true);
    }
  });

  it('fits 80 columns', async () => {
    await using folder = await temporaryFolder();
    const { stdout } = await jemDb(['health', 'checks'], { cwd: folder.path });
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('wal-archive');
  });

  it('stands in README.md as the code has it; if not: node build/checks-table.cjs', async () => {
    expect(await table('--check')).toBe(0);
    await using folder = await temporaryFolder();
    const copy = join(folder.path, 'README.md');
    await copyFile(join(root, 'README.md'), copy);
    const text = await readFile(copy, 'utf8');
    await writeFile(copy, text.replace('| `quick-check` |', '| `slow-check` |'));
    expect(await table('--check', copy)).toBe(1);
    expect(await table(copy)).toBe(0);
    expect(await readFile(copy, 'utf8')).toBe(text);
  });
});
