import { describe, expect, it } from 'vitest';
import { project, twoMigrations } from '../support/project.ts';

const url = 'postgres://app:s3cr3t-word@db.example/app';

describe('a password typed in the wrong place', () => {
  it.each([
    ['migrate', url],
    [url, 'migrate'],
    ['migrate', 'up', url],
    ['migrate', 'up', `--databse=${url}`],
    ['migrate', 'host=db.example password=s3cr3t-word'],
    ['migrate', 'up', '--to', url],
    ['migrate', 'up', '--step', url],
    ['migrate', 'down', '--to', url],
    ['migrate', 'repair', url],
    ['migrate', 'adopt', url],
    ['migrate', 'up', '--database-file', url],
    ['migrate', 'up', '--layout', url],
    ['migrate', 'up', '--lock-timeout', url],
    ['wait', '--timeout', url],
    ['completion', url],
    ['config', '-d', 'x.db', '--migrations', url],
  ])('is not repeated by %s %s', async (...args) => {
    await using work = await project(twoMigrations);
    await work.run(['migrate', 'up', '--step', '1']);
    for (const flags of [[], ['--json'], ['--verbose']]) {
      const { stdout, stderr } = await work.run([...args, ...flags]);
      expect(stdout + stderr).not.toContain('s3cr3t-word');
    }
  });

  it('is not repeated where a variable that names a file holds the URL', async () => {
    await using work = await project(twoMigrations);
    const env = { DATABASE_URL_FILE: url };
    const refused = await work.run(['migrate'], { env });
    expect(refused.exitCode).toBe(2);
    const shown = await work.run(['config', '-d', 'x.db', '--json'], { env });
    for (const { stdout, stderr } of [refused, shown])
      expect(stdout + stderr).not.toContain('s3cr3t-word');
  });
});
