import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckResult, HealthResult } from '../../src/health/run.ts';
import { backUp, dataFiles, filled, resultOf } from '../backup/setup.ts';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import type { Project } from '../support/project.ts';

const ids = ['backup-age', 'restore-proof', 'backup-repository', 'backups-encrypted'] as const;

async function looked(
  work: Project,
  ...args: string[]
): Promise<Readonly<Record<string, CheckResult>>> {
  const line = ['health', '--only', ids.join(','), '--fail-on', 'never', ...args];
  const { checks } = await resultOf<HealthResult>(work, line);
  return Object.fromEntries(checks.map((check) => [check.id, check]));
}

async function statuses(work: Project, ...args: string[]): Promise<(string | undefined)[]> {
  const checks = await looked(work, ...args);
  return ids.map((id) => checks[id]?.status);
}

const hours = 3_600_000;

/** As if what a sealed file tells of had been done so long before. */
function backdate(file: string, ms: number): void {
  const text = readFileSync(file, 'utf8').replaceAll(
    /("(?:startedAt|finishedAt)": ")([^"]+)/g,
    (_all, key: string, at: string) => key + new Date(Date.parse(at) - ms).toISOString(),
  );
  const body = text.slice(0, text.lastIndexOf(',\n  "sha256"'));
  const digest = createHash('sha256').update(body).digest('hex');
  writeFileSync(file, `${body},\n  "sha256": "${digest}"\n}\n`);
}

describe('the health of backups', () => {
  it.each(testEngines())(
    'goes from never backed up to proved, and grows old: $title',
    async (engine) => {
      await using made = await filled(engine);
      const { work } = made;
      expect(await statuses(work)).toEqual(['critical', 'critical', 'ok', undefined]);
      expect((await looked(work))['backup-age']).toMatchObject({
        value: null,
        summary: expect.stringContaining('never backed up'),
        hint: expect.stringMatching(/`jem-db backup create`.*skipChecks/),
      });
      const { id } = await backUp(work);
      expect(await statuses(work)).toEqual(['ok', 'critical', 'ok', 'warning']);
      await resultOf(work, ['restore-verify', id]);
      expect(await statuses(work)).toEqual(['ok', 'ok', 'ok', 'warning']);
      const manifest = join(work.path, 'backups', id, 'manifest.json');
      backdate(manifest, 30 * hours);
      expect((await looked(work))['backup-age']).toMatchObject({
        ...{ status: 'warning', warning: 93_600, critical: 180_000 },
        summary: expect.stringContaining('30 h old'),
      });
      backdate(manifest, 30 * hours);
      expect((await looked(work))['backup-age']?.status).toBe('critical');
      expect((await looked(work, '--threshold', 'backup-age=7d:8d'))['backup-age']?.status).toBe(
        'ok',
      );
      const [name = ''] = readdirSync(join(work.path, 'backups', id, 'proofs')).filter((one) =>
        one.endsWith('.json'),
      );
      backdate(join(work.path, 'backups', id, 'proofs', name), 10 * 24 * hours);
      expect((await looked(work))['restore-proof']).toMatchObject({
        status: 'warning',
        summary: expect.stringContaining('10 days ago'),
      });
    },
  );

  it('counts those of this database alone, by whatever role it is reached', async () => {
    const engine = testEngines().at(-1)!;
    await using made = await filled(engine);
    await using other = await filled(engine);
    const { work, database } = made;
    const backups = ['--backups', join(work.path, 'backups')];
    await resultOf(other.work, ['backup', 'create', ...backups]);
    const never = (await looked(work))['backup-age'];
    const name = new URL(other.database.url).pathname;
    expect(never).toMatchObject({ status: 'critical', summary: expect.stringContaining(name) });
    await backUp(work);
    expect((await looked(work))['backup-age']?.status).toBe('ok');
    const role = `watch_${new URL(database.url).pathname.slice(1)}`;
    await database.sql(`create role ${role} login password 'watching'`);
    const url = new URL(database.url);
    Object.assign(url, { username: role, password: 'watching' });
    try {
      const seen = await looked(work, '-d', url.href);
      expect(seen['backup-age']?.status).toBe('ok');
    } finally {
      await database.sql(`drop role ${role}`);
    }
  });

  it('counts no backup that is damaged, and no restore that failed', async () => {
    await using made = await filled(sqliteEngine);
    const { work } = made;
    const good = await backUp(work, '--verify');
    const { id } = await backUp(work);
    const [file = ''] = await dataFiles(work, id);
    const bytes = readFileSync(file);
    bytes.fill(0, bytes.length >> 1);
    writeFileSync(file, bytes);
    expect((await work.run(['restore-verify', id])).exitCode).not.toBe(0);
    expect((await looked(work))['restore-proof']).toMatchObject({
      ...{ status: 'critical', value: expect.any(Number) },
      summary: expect.stringContaining(id),
    });
    await work.write({ [`backups/${id}/manifest.json`]: 'nonsense' });
    const seen = await looked(work);
    expect(seen['backup-repository']).toMatchObject({
      status: 'critical',
      value: 1,
      objects: [{ name: id }],
    });
    expect(seen['backup-age']?.summary).toContain(good.id);
    expect(seen['restore-proof']?.status).toBe('ok');
  });

  it('knows encrypted ones, and is unknown where the repository or the key is out of reach', async () => {
    await using made = await filled(sqliteEngine);
    const { work } = made;
    await work.write({ key: '5f'.repeat(32) });
    expect((await work.run(['backup', 'create', '--key-file', 'key'])).exitCode).toBe(2);
    const { chmod } = await import('node:fs/promises');
    await chmod(join(work.path, 'key'), 0o600);
    await backUp(work, '--key-file', 'key', '--verify');
    expect(await statuses(work, '--key-file', 'key')).toEqual(['ok', 'ok', 'ok', 'ok']);
    // Whether something is encrypted, and how old it is, is told to whoever may read the folder.
    expect((await looked(work))['backup-age']?.status).toBe('ok');
    const keyless = await looked(work, '--key-file', 'nowhere');
    expect(ids.map((id) => keyless[id]?.status)).toEqual(ids.map(() => 'unknown'));
    expect(keyless['backup-age']?.summary).toContain('nowhere');
    const store = ['--backups', 's3://bucket/x', '--s3-endpoint', 'http://127.0.0.1:1'];
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const line = ['health', '--only', 'backups', '--timeout', '2s', ...store];
    const { checks } = await resultOf<HealthResult>(work, line, 1, env);
    expect(checks.map(({ status }) => status)).toEqual(checks.map(() => 'unknown'));
    await work.write({ blocked: 'a file' });
    expect((await looked(work, '--backups', 'blocked'))['backup-age']?.status).toBe('unknown');
  });

  it('is left out where jem-db.json says that another tool takes them', async () => {
    await using made = await filled(sqliteEngine);
    const { work } = made;
    await work.write({ 'jem-db.json': '{"skipChecks": ["backups"]}' });
    const { checks } = await resultOf<HealthResult>(work, ['health', '--fail-on', 'critical']);
    expect(checks.filter(({ group }) => group === 'backups')).toEqual([]);
  });
});
