import { lstat, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceFile } from '../../src/commands/replace-file.ts';
import { project } from '../support/project.ts';

describe('a file that is replaced', () => {
  it('does not follow a link that was planted at its temporary name', async () => {
    await using work = await project({});
    await work.write({ 'victim.txt': 'precious', 'health.prom': 'before' });
    const path = join(work.path, 'health.prom');
    const planted = `${path}.${process.pid}.tmp`;
    await symlink(join(work.path, 'victim.txt'), planted);
    await replaceFile(path, 'new');
    expect(await readFile(join(work.path, 'victim.txt'), 'utf8')).toBe('precious');
    expect((await lstat(path)).isFile()).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(work.path)).not.toContain(`health.prom.${process.pid}.tmp`);
  });

  it('is written also where one of the same process id was killed', async () => {
    await using work = await project({});
    const path = join(work.path, 'health.prom');
    await writeFile(`${path}.${process.pid}.tmp`, 'a longer text of which nothing may stay');
    await replaceFile(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('stays as it was where it cannot be written', async () => {
    await using work = await project({});
    await work.write({ 'folder/file': '' });
    await expect(replaceFile(join(work.path, 'nowhere', 'file'), 'new')).rejects.toMatchObject({
      code: 'output-failed',
    });
    await expect(replaceFile(join(work.path, 'folder'), 'new')).rejects.toMatchObject({
      code: 'output-failed',
    });
    expect(await readdir(join(work.path, 'folder'))).toEqual(['file']);
  });
});
