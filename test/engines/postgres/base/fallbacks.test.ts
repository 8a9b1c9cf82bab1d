import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withCompression } from '../../../../src/engines/postgres/base/compressing.ts';
import { baseFailure } from '../../../../src/engines/postgres/base/errors.ts';
import { JemError } from '../../../../src/errors.ts';
import { startPgBouncer } from '../../../support/pgbouncer.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { startProxy } from '../proxy.ts';
import { type Cluster, cluster, resultOf } from './clusters.ts';

const create = ['backup', 'create', '--kind', 'base', '--no-fingerprints'];

interface Created {
  readonly backup: { readonly id: string };
}

it.each(postgresVersions())(
  'PostgreSQL $major: a pooler is refused before anything is begun, and passed by',
  async ({ bin }) => {
    await using made = await cluster(bin);
    const { port } = made.server;
    for (const poolMode of ['transaction', 'session'] as const) {
      await using pooler = await startPgBouncer(made.server, { poolMode });
      const env = { DATABASE_URL: pooler.url() };
      const refused = await made.jemDb([...create, '--json'], { env });
      expect(refused.exitCode).toBe(4);
      expect(refused.json().error).toMatchObject({
        code: 'pooler-in-the-way',
        hint: expect.stringContaining('--direct-url'),
      });
      expect(await stored(made)).toEqual([]);
      if (poolMode === 'session') continue;
      const direct = { ...env, JEM_DB_DIRECT_URL: made.server.url() };
      expect(new URL(direct.JEM_DB_DIRECT_URL).port).toBe(String(port));
      await resultOf<Created>(made, [...create, '--backups', 'direct'], 0, direct);
    }
  },
  90_000,
);

it.each([
  [15, ['max_replication_slots = 0'], 'there is none'],
  [18, ['max_replication_slots = 1'], 'all in use'],
])('PostgreSQL %i: a backup does without a slot where there is %j: %s', async (major, conf) => {
  await using made = await cluster(binOf(major), { conf });
  if (major === 18) await made.server.psql("select pg_create_physical_replication_slot('taken')");
  const done = await made.jemDb([...create, '--verify', '--json']);
  expect(done.exitCode, done.stdout + done.stderr).toBe(0);
  const document = done.json<{ proof: { verified: boolean } }>();
  expect(document.warnings.map(({ code }) => code)).toEqual(['backup-without-slot']);
  expect(document.result.proof.verified).toBe(true);
});

it.each(postgresVersions())(
  'PostgreSQL $major: what the server cannot compress with is not asked for again',
  async ({ bin }) => {
    await using made = await cluster(bin);
    // What Node.js could read back, the server then says that it does not have.
    await using proxy = await startProxy(made.server.port, (asked) =>
      Buffer.from(
        asked.toString('latin1').replace(/COMPRESSION '(gzi|zst)[pd]'/, "COMPRESSION '$1x'"),
        'latin1',
      ),
    );
    const url = new URL(made.server.url());
    url.port = String(proxy.port);
    const env = { DATABASE_URL: url.href };
    const { backup } = await resultOf<Created>(made, create, 0, env);
    const manifest = join(made.work.path, 'backups', backup.id, 'manifest.json');
    expect(JSON.parse(await readFile(manifest, 'utf8'))).toMatchObject({
      facts: { compression: 'none' },
    });
    const asked = await made.jemDb([...create, '--compress', 'gzip'], { env });
    expect([asked.exitCode, asked.stderr]).toEqual([
      2,
      expect.stringContaining('cannot compress with'),
    ]);
  },
  90_000,
);

it('goes on to the next where a server was built without the library, and nowhere else', async () => {
  const failing = (sqlState: string) => async (refusing: readonly string[]) => {
    const tried: string[] = [];
    const taken = withCompression(null, async ({ method }) => {
      tried.push(method);
      if (refusing.includes(method)) throw new JemError('sql-error', 'no', { sqlState });
      return method;
    });
    return [await taken.catch(() => 'failed'), tried.filter((one) => one !== 'zstd')];
  };
  expect(await failing('0A000')(['zstd', 'gzip'])).toEqual(['none', ['gzip', 'none']]);
  expect(await failing('42601')(['zstd'])).toEqual(['gzip', ['gzip']]);
  expect(await failing('0A000')(['zstd', 'gzip', 'none'])).toEqual(['failed', ['gzip', 'none']]);
  expect(await failing('53100')(['zstd', 'gzip'])).toEqual(['failed', expect.any(Array)]);
});

it.each([
  'zstd compression is not supported by this build',
  'invalid compression specification: this build does not support compression with ZSTD',
  'unrecognized compression algorithm: "zstd"',
])('tells of a method that the server has not: %s', (original) => {
  const failure = baseFailure(new JemError('sql-error', 'no', { original }), 'db.example:5432');
  expect(failure).toMatchObject({
    code: 'bad-setting',
    message: expect.stringMatching(/^db\.example:5432 cannot compress with zstd$/i),
  });
});

async function stored({ work }: Cluster): Promise<string[]> {
  const names = await readdir(join(work.path, 'backups')).catch(() => []);
  return names.filter((name) => !name.startsWith('.'));
}

function binOf(wanted: number): string {
  return postgresVersions().find(({ major }) => major === wanted)?.bin ?? '';
}
