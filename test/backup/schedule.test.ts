import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jemDb } from '../support/cli.ts';
import { sqliteEngine } from '../support/databases.ts';
import { project, type Project } from '../support/project.ts';
import { listener } from '../alerts/listener.ts';
import { asCron, lineOf } from './scheduling.ts';
import { filled, resultOf } from './setup.ts';

interface Scheduled {
  readonly cron: string;
  readonly systemd: { readonly service: string; readonly timer: string };
  readonly kubernetes: string;
  readonly secrets: readonly string[];
  readonly environmentFile: string | null;
}

function scheduled(
  work: Project,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Scheduled> {
  return resultOf<Scheduled>(work, ['backup', 'schedule', ...args], 0, env);
}

async function backups(work: Project): Promise<string[]> {
  const names = await readdir(join(work.path, 'backups'));
  return names.filter((name) => !name.startsWith('.'));
}

const secret = 's3cr3t-word';
const withSecrets = {
  DATABASE_URL: `postgres://app:${secret}@db.example/app`,
  JEM_DB_WEBHOOK: `https://hooks.example/${secret}`,
  JEM_DB_BACKUP_KEY: secret,
  PGSSLMODE: 'require',
  PGPASSWORD: secret,
};
/** Words that each of the three would read in its own way. */
const odd = ['--on-failure', `mail -s "it's 100% $HOME \\ broken" me`, '--ledger-table', 'a b'];

describe('backup schedule', () => {
  it('prints a crontab line that cron takes', async () => {
    await using work = await project();
    for (const args of [[], ['--every', '15min'], ['--every', '1w', '--at', '4:05'], odd]) {
      const { cron } = await scheduled(work, args, withSecrets);
      await work.write({ crontab: cron });
      const { exitCode, stderr } = await execa('crontab', ['-n', join(work.path, 'crontab')], {
        reject: false,
      });
      expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('error')]);
      for (const line of cron.split('\n')) expect(line.length).toBeLessThan(999);
    }
  });

  it('prints a line that makes a proved backup, in silence, where cron runs it', async () => {
    await using made = await filled(sqliteEngine);
    await using work = await project();
    await work.write({ "it's 100%/x": '' });
    const cwd = join(work.path, "it's 100%");
    const args = ['backup', 'schedule', '--verify', '--keep-last', '1', '--format', 'cron'];
    const env = { JEM_DB_BACKUPS: '../kept', DATABASE_URL: made.database.url };
    const { stdout } = await jemDb(args, { cwd, env });
    const { command, time } = lineOf(stdout);
    expect(time).toBe('30 2 * * *');
    for (let night = 0; night < 2; night++) {
      const { exitCode, stdout } = await asCron(`(${command}) 2>&1`, work.path);
      expect([exitCode, stdout]).toEqual([0, '']);
    }
    const kept = await readdir(join(work.path, 'kept'));
    expect(kept.filter((name) => !name.startsWith('.'))).toHaveLength(1);
  });

  it('prints a line that says one thing, once, when it goes wrong', async () => {
    await using made = await filled(sqliteEngine);
    await using hook = await listener();
    const { work } = made;
    const { cron } = await scheduled(work, ['--webhook', hook.url, '-d', './missing.db']);
    const { command } = lineOf(cron);
    const file = join(work.path, '.config/jem-db/backup.env');
    const unready = await asCron(command, work.path);
    expect([unready.exitCode !== 0, unready.stderr]).toEqual([true, expect.stringContaining(file)]);
    await work.write({ '.config/jem-db/backup.env': `JEM_DB_WEBHOOK='${hook.url}'\n` });
    const { exitCode, stdout, stderr } = await asCron(command, work.path);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr.match(/error: /g)).toHaveLength(1);
    expect(stderr).toContain('missing.db');
    expect(hook.heard).toMatchObject([{ event: 'failure', command: 'backup create' }]);
    await copyFile(made.database.url, join(work.path, 'missing.db'));
    await asCron(command, work.path);
    expect(hook.heard).toHaveLength(2);
    expect(hook.heard[1]).toMatchObject({ event: 'recovery' });
    expect(await backups(work)).toHaveLength(1);
  });

  it('prints units that systemd takes', async () => {
    await using work = await project();
    for (const args of [[], ['--every', '6h', '--keep-daily', '7'], ['--every', '15min'], odd]) {
      const { systemd } = await scheduled(work, args, withSecrets);
      const [service, timer] = ['jem-db-backup.service', 'jem-db-backup.timer'];
      await work.write({ [service]: systemd.service, [timer]: systemd.timer });
      const files = [service, timer].map((name) => join(work.path, name));
      const { exitCode, stderr } = await execa(
        'systemd-analyze',
        ['verify', '--man=no', ...files],
        {
          reject: false,
        },
      );
      expect([exitCode, stderr]).toEqual([0, '']);
      const calendar = /^OnCalendar=(.*)$/m.exec(systemd.timer)?.[1] ?? '';
      await execa('systemd-analyze', ['calendar', calendar]);
      expect(systemd.service).toContain(`WorkingDirectory=${work.path}\n`);
      expect(systemd.service).toMatch(/^ExecStart=\/\S+ \/\S+ backup create --quiet/m);
    }
  });

  it('writes what systemd would read as a specifier or a variable so that it is none', async () => {
    await using work = await project();
    const { systemd } = await scheduled(work, odd);
    expect(systemd.service).toContain(
      String.raw`Environment="JEM_DB_ON_FAILURE=mail -s \"it's 100%% $HOME \\ broken\" me"`,
    );
    await work.write({ '50%n/x': '' });
    const { stdout } = await jemDb(['backup', 'schedule', '--format', 'systemd'], {
      cwd: join(work.path, '50%n'),
    });
    expect(stdout).toContain(`WorkingDirectory=${work.path}/50%%n\n`);
  });

  it('prints a CronJob with the fields that Kubernetes knows', async () => {
    await using work = await project();
    const args = ['--verify', '--keep-daily', '7', '--image', 'registry.example/jem:1', ...odd];
    const { kubernetes } = await scheduled(work, args, withSecrets);
    const job = parse(kubernetes) as Record<string, unknown>;
    expect(job).toMatchObject({
      ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'jem-db-backup' } },
      spec: {
        ...{ schedule: '30 2 * * *', concurrencyPolicy: 'Forbid', timeZone: expect.any(String) },
        jobTemplate: {
          spec: {
            backoffLimit: 0,
            template: {
              spec: {
                restartPolicy: 'Never',
                initContainers: [{ name: 'backup-create', image: 'registry.example/jem:1' }],
                containers: [{ name: 'backup-prune' }],
                volumes: [
                  { name: 'tmp', emptyDir: {} },
                  { name: 'backups', persistentVolumeClaim: { claimName: 'jem-db-backups' } },
                ],
              },
            },
          },
        },
      },
    });
    const { spec } = (job as never)['spec']['jobTemplate']['spec']['template'];
    const [container] = spec['initContainers'] as Record<string, unknown>[];
    expect(container?.['command']).toEqual([
      ...['jem-db', 'backup', 'create', '--quiet', '--verify', '--retries', '3'],
    ]);
    const env = container?.['env'] as Record<string, unknown>[];
    expect(env).toEqual(
      expect.arrayContaining([
        { name: 'JEM_DB_BACKUPS', value: '/backups' },
        { name: 'JEM_DB_ON_FAILURE', value: odd[1] },
        ...['JEM_DB_DATABASE_URL', 'JEM_DB_BACKUP_KEY', 'JEM_DB_WEBHOOK'].map((name) => ({
          name,
          valueFrom: { secretKeyRef: { name: 'jem-db-backup', key: name } },
        })),
      ]),
    );
  });

  it('gives a container the folder of a database that is a file', async () => {
    await using work = await project();
    const { kubernetes } = await scheduled(work, ['-d', '/srv/app/app.db']);
    expect(kubernetes).toContain('mountPath: "/srv/app"');
    expect(kubernetes).not.toContain('secretKeyRef');
  });

  it('holds no secret, and says where each is read from', async () => {
    await using work = await project();
    const done = await work.run(['backup', 'schedule'], { env: withSecrets });
    expect(done.stdout + done.stderr).not.toContain(secret);
    const { secrets, environmentFile, systemd, cron } = await scheduled(work, [], withSecrets);
    expect(secrets).toEqual([
      ...['JEM_DB_DATABASE_URL', 'JEM_DB_WEBHOOK', 'JEM_DB_BACKUP_KEY', 'PGPASSWORD'],
    ]);
    expect(environmentFile).toBe(join(work.path, '.config/jem-db/backup.env'));
    expect(systemd.service).toContain(`\nEnvironmentFile=${environmentFile}\n`);
    expect(systemd.service).toContain('\nEnvironment=PGSSLMODE=require\n');
    expect(cron).toContain(` --env-file=${environmentFile} `);
  });

  it('names the file of a URL that is a mounted secret, and leaves .env where it is', async () => {
    await using work = await project();
    await work.write({
      'secret/url': `postgres://app:${secret}@db.example/app`,
      '.env': `JEM_DB_BACKUP_KEY=${secret}\nPGPASSWORD=${secret}\n`,
    });
    const env = { DATABASE_URL_FILE: 'secret/url' };
    const { secrets, cron } = await scheduled(work, [], env);
    expect(secrets).toEqual([]);
    expect(cron).toContain(`JEM_DB_DATABASE_URL_FILE=${work.path}/secret/url `);
    expect(cron).not.toContain(secret);
  });
});
