import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import { hasStore, store, storeEnvironment } from '../support/s3.ts';
import { bucketClient, keysAt, newPlace, prefixOf } from '../repository/bucket.ts';
import { filled, heldIn, resultOf } from './setup.ts';

const environmentFor = (place: string, more: Record<string, string> = {}) => ({
  ...storeEnvironment(),
  JEM_DB_BACKUPS: place,
  JEM_DB_S3_ENDPOINT: store().endpoint,
  ...more,
});

interface Created {
  readonly backup: { readonly id: string };
}

interface Listed {
  readonly repository: string;
  readonly backups: readonly { readonly id: string }[];
}

/** How a bucket is used does not depend on the version of a server. */
const engines = [sqliteEngine, ...testEngines().slice(-1)];

describe.runIf(hasStore()).each(engines)('backups of $title in a bucket', (row) => {
  it('are made, proved, listed, shown, checked, restored and pruned', async () => {
    await using made = await filled(row);
    const { work, database } = made;
    const place = await newPlace();
    const env = environmentFor(place, { JEM_DB_BACKUP_KEY: '0123456789abcdef'.repeat(4) });
    const { backup, proof } = await resultOf<{
      readonly backup: { readonly id: string; readonly repository: string };
      readonly proof: { readonly verified: boolean };
    }>(work, ['backup', 'create', '--verify'], 0, env);
    expect(backup.repository).toBe(place);
    expect(proof.verified).toBe(true);
    const listed = await resultOf<Listed>(work, ['backup', 'list'], 0, env);
    expect(listed).toMatchObject({
      repository: place,
      backups: [{ id: backup.id, proved: { verified: true } }],
    });
    expect(await resultOf(work, ['backup', 'show', 'latest'], 0, env)).toMatchObject({
      backup: { id: backup.id, encrypted: true },
      proofs: [{ verified: true }],
    });
    await resultOf(work, ['backup', 'check', '--all'], 0, env);
    await database.sql('delete from notes');
    await resultOf(
      work,
      ['restore', backup.id, '--into', database.url, '--clean', '--yes'],
      0,
      env,
    );
    const { backup: second } = await resultOf<Created>(work, ['backup'], 0, env);
    expect(second).toMatchObject(heldIn(row));
    const pruned = await resultOf(work, ['backup', 'prune', '--keep-last', '1', '--yes'], 0, env);
    // The newest proved one stays.
    expect(pruned).toMatchObject({ removed: [], kept: [{}, {}] });
    await resultOf(work, ['restore-verify', second.id], 0, env);
    await resultOf(work, ['backup', 'prune', '--keep-last', '1', '--yes'], 0, env);
    const left = new Set((await keysAt(place)).map((name) => name.split('/')[0]));
    expect([...left]).toEqual([second.id]);
  });
});

describe.runIf(hasStore())('a bucket', () => {
  it('takes backups at once, also while another process prunes', async () => {
    await using made = await filled(sqliteEngine);
    const place = await newPlace();
    const env = environmentFor(place);
    await resultOf(made.work, ['backup'], 0, env);
    const prune = ['backup', 'prune', '--keep-last', '1', '--yes', '--retries', '5'];
    const runs = await Promise.all(
      [['backup'], ['backup'], prune.slice(0, 5), ['backup', 'list']].map((args) =>
        made.work.run(args, { env }),
      ),
    );
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    await resultOf(made.work, ['backup', 'check', '--all'], 0, env);
    expect((await keysAt(place)).filter((name) => name.startsWith('.work/'))).toEqual([]);
  });

  it('is used by a machine whose clock is wrong', async () => {
    await using made = await filled(sqliteEngine);
    await made.work.write({
      'shift.cjs':
        'const { now } = Date; const RealDate = Date; const by = -7200_000; globalThis.Date = class extends RealDate { constructor(...a) { if (a.length) super(...a); else super(now() + by); } static now() { return now() + by; } };',
    });
    const env = environmentFor(await newPlace(), {
      NODE_OPTIONS: `--require=${made.work.path}/shift.cjs`,
    });
    const { backup } = await resultOf<Created>(made.work, ['backup'], 0, env);
    const hour = new Date(Date.now() - 7_200_000).toISOString().slice(0, 13);
    expect(backup.id.slice(0, 11)).toBe(hour.replaceAll('-', ''));
  });

  it('with a damaged object is found out by check and by restore-verify', async () => {
    await using made = await filled(sqliteEngine);
    const place = await newPlace();
    const env = environmentFor(place);
    const { backup } = await resultOf<Created>(made.work, ['backup'], 0, env);
    const name = (await keysAt(place)).find((each) => each.includes('database.sqlite'));
    const key = `${prefixOf(place)}${name}`;
    await bucketClient().text({ method: 'PUT', key, body: [Buffer.from('x')] });
    await resultOf(made.work, ['backup', 'check', backup.id], 1, env);
    await resultOf(made.work, ['restore-verify'], 1, env);
    const into = `${made.work.path}/new.db`;
    const refused = await made.work.run(['restore', 'latest', '--into', into], { env });
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain(`Backup ${backup.id} is damaged: database.sqlite`);
  });

  it.each([
    ['nobody answers there', { JEM_DB_S3_ENDPOINT: 'http://127.0.0.1:1' }, 3],
    ['wrong keys', { AWS_SECRET_ACCESS_KEY: 's3cr3t-word' }, 4],
    ['no keys', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: 's3cr3t-word' }, 2],
    ['no such bucket', { JEM_DB_BACKUPS: 's3://not-there/shop' }, 2],
    ['no place', { JEM_DB_BACKUPS: 's3://ID:s3cr3t-word@not-there/shop' }, 2],
    ['no endpoint', { JEM_DB_S3_ENDPOINT: 'http://ID:s3cr3t-word@127.0.0.1:1' }, 2],
    ['neither yes nor no', { JEM_DB_S3_PATH_STYLE: 'maybe' }, 2],
  ] as const)('that cannot be used tells no secret: %s', async (_name, wrong, exitCode) => {
    await using made = await filled(sqliteEngine);
    const env = environmentFor(await newPlace(), { ...wrong });
    const runs = [
      await made.work.run(['backup', 'list'], { env }),
      await made.work.run(['backup', '--json', '--verbose'], { env }),
    ];
    expect(runs.map((run) => run.exitCode)).toEqual([exitCode, exitCode]);
    const shown = await made.work.run(['config', '--json'], { env });
    for (const { stdout, stderr } of [...runs, shown]) {
      expect(stdout + stderr).not.toContain('s3cr3t-word');
      expect(stdout + stderr).not.toMatch(/^ {4}at /m);
    }
  });

  it('is named by the settings, each with where it came from', async () => {
    await using made = await filled(sqliteEngine);
    const { JEM_DB_S3_ENDPOINT: endpoint, ...env } = environmentFor('s3://backups/shop');
    const { settings } = await resultOf<{ settings: readonly { readonly name: string }[] }>(
      made.work,
      ['config', '--s3-path-style', 'no'],
      ...([0, { ...env, AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: 'eu-west-1' }] as const),
    );
    expect(settings.filter(({ name }) => /^(backups|s3)/.test(name))).toEqual([
      { name: 'backups', value: 's3://backups/shop', from: 'environment JEM_DB_BACKUPS' },
      { name: 's3Endpoint', value: endpoint, from: 'environment AWS_ENDPOINT_URL_S3' },
      { name: 's3Region', value: 'eu-west-1', from: 'environment AWS_REGION' },
      { name: 's3PathStyle', value: 'no', from: 'flag --s3-path-style' },
    ]);
  });

  it('is what a schedule carries, without a secret', async () => {
    await using made = await filled(sqliteEngine);
    const env = environmentFor('s3://backups/shop', {
      ...{ AWS_SECRET_ACCESS_KEY: 's3cr3t-word', AWS_ACCESS_KEY_ID: 'AKID', AWS_PROFILE: 'p' },
      AWS_REGION: 'eu-west-1',
    });
    const { stdout } = await made.work.run(['backup', 'schedule', '--json'], { env });
    expect(stdout).not.toMatch(/s3cr3t-word|AKID/);
    const { result } = JSON.parse(stdout) as {
      readonly result: Readonly<Record<'cron' | 'kubernetes', string>> & {
        readonly systemd: { readonly service: string };
        readonly secrets: readonly string[];
      };
    };
    expect(result.secrets.toSorted()).toEqual(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']);
    for (const line of [
      'JEM_DB_BACKUPS=s3://backups/shop',
      `JEM_DB_S3_ENDPOINT=${store().endpoint}`,
      'JEM_DB_S3_REGION=eu-west-1',
      'AWS_PROFILE=p',
    ])
      expect(result.systemd.service.split('\n')).toContain(`Environment=${line}`);
    const container = parse(result.kubernetes).spec.jobTemplate.spec.template.spec.containers[0];
    expect(container.volumeMounts.map(({ name }: { name: string }) => name)).not.toContain(
      'backups',
    );
    expect(container.env).toContainEqual({ name: 'JEM_DB_BACKUPS', value: 's3://backups/shop' });
    expect(container.env).toContainEqual({
      name: 'AWS_SECRET_ACCESS_KEY',
      valueFrom: { secretKeyRef: { name: 'jem-db-backup', key: 'AWS_SECRET_ACCESS_KEY' } },
    });
  });
});
