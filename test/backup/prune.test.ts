import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteEngine } from '../support/databases.ts';
import type { Project } from '../support/project.ts';
import { jemDbOnTerminal } from '../support/tty.ts';
import { backUp, filled, resultOf } from './setup.ts';

interface Pruned {
  readonly removed: readonly string[];
  readonly kept: readonly { readonly id: string; readonly because: readonly string[] }[];
}

async function left(work: Project): Promise<string[]> {
  const names = await readdir(join(work.path, 'backups'));
  return names.filter((name) => !name.startsWith('.')).toSorted();
}

describe('backup prune', () => {
  it('removes what no rule keeps, when it is agreed to, and never the newest proved one', async () => {
    await using made = await filled(sqliteEngine);
    const { work } = made;
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) ids.push((await backUp(work)).id);
    await resultOf(work, ['restore-verify', ids[1] ?? '']);
    const rules = ['backup', 'prune', '--keep-last', '1'];
    const dry = await resultOf<Pruned>(work, [...rules, '--dry-run']);
    expect(dry.removed).toEqual([ids[0], ids[2]]);
    expect(dry.kept).toEqual([
      { id: ids[1], because: ['newest proved'] },
      { id: ids[3], because: ['last 1'] },
    ]);
    const unasked = await work.run(rules);
    expect([unasked.exitCode, unasked.stderr]).toEqual([4, expect.stringContaining('--yes')]);
    expect(await left(work)).toEqual(ids);
    const options = { cwd: work.path, input: 'no\n' };
    expect((await jemDbOnTerminal(rules, options)).output).toContain(ids[0]);
    expect(await left(work)).toEqual(ids);
    const done = await resultOf<Pruned>(work, [...rules, '--yes']);
    expect(done.removed).toEqual(dry.removed);
    expect(await left(work)).toEqual([ids[1], ids[3]]);
    const again = await work.run([...rules, '--quiet']);
    expect([again.exitCode, again.stdout, again.stderr]).toEqual([0, '', '']);
  });

  it('gives up an unreadable backup only when it is told to', async () => {
    await using made = await filled(sqliteEngine);
    const { work } = made;
    const bad = (await backUp(work)).id;
    const good = (await backUp(work)).id;
    await work.write({ [`backups/${bad}/manifest.json`]: 'nonsense' });
    const rules = ['backup', 'prune', '--keep-last', '1', '--yes'];
    expect((await resultOf<Pruned>(work, rules)).removed).toEqual([]);
    expect(await left(work)).toEqual([bad, good]);
    expect((await resultOf<Pruned>(work, [...rules, '--unreadable'])).removed).toEqual([bad]);
    expect(await left(work)).toEqual([good]);
  });
});
