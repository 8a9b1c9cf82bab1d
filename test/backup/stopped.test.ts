import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listener } from '../alerts/listener.ts';
import { sqliteEngine } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { filled } from './setup.ts';

describe('a backup that is stopped', () => {
  it.each([
    ['SIGINT', 130, 0],
    ['SIGTERM', 143, 1],
  ] as const)('by %s leaves nothing, ends with %d, and tells %d', async (signal, code, told) => {
    await using made = await filled(sqliteEngine);
    await using hook = await listener();
    const { work, database } = made;
    await database.sql('create table large (content blob)');
    await database.sql(
      'insert into large with recursive n (i) as (select 1 union all select i + 1 from n where i < 60000) select randomblob(1000) from n',
    );
    const backups = join(work.path, 'backups');
    const running = work.start(['backup', '--compress', 'gzip:9', '--webhook', hook.url]);
    await until('the beginning of a backup', async () => {
      const names = await readdir(backups).catch(() => []);
      return names.some((name) => name.endsWith('.partial'));
    });
    running.kill(signal);
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(`Stopped by ${signal}`)]);
    expect((await readdir(backups)).filter((name) => name !== '.alerts')).toEqual([]);
    expect(hook.heard).toHaveLength(told);
    const again = await work.run(['backup', 'list']);
    expect(again.stdout).toContain('There is no backup');
  });
});
