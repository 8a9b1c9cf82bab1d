import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recoveredOf } from '../../../src/engines/postgres/recovery/recovered.ts';
import {
  configureRecovery,
  shellCommand,
} from '../../../src/engines/postgres/recovery/settings.ts';
import { stopCheck } from '../../../src/engines/postgres/recovery/stop.ts';
import type { PostgresSession } from '../../../src/engines/postgres/session.ts';
import type { RecoveryTarget } from '../../../src/engines/recovering.ts';
import { parseTarget } from '../../../src/target.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { postgresVersions, startPostgres } from '../../support/postgres.ts';

const at = '2026-11-21T14:03:07.000000Z';
const later = '2026-11-21T14:03:07.000001Z';
const name: RecoveryTarget = { kind: 'name', value: 'deploy', inclusive: true };
const lsn: RecoveryTarget = { kind: 'lsn', value: '0/3000100', inclusive: true };
const time: RecoveryTarget = { kind: 'time', value: at, inclusive: true };
const latest: RecoveryTarget = { kind: 'latest', value: null, inclusive: true };

/** What a server says, and whether that is where it was told to stop. */
const cases: readonly (readonly [
  target: RecoveryTarget,
  said: string,
  replayed: string,
  last: string | null,
  ok: boolean,
])[] = [
  [name, 'recovery stopping at restore point "deploy", time …', '0/3000100', at, true],
  [name, 'recovery stopping at restore point "deploy2", time …', '0/3000100', at, false],
  [name, '', '0/3000100', at, false],
  [lsn, 'recovery stopping after WAL location (LSN) "0/3000100"', '0/3000140', at, true],
  [lsn, 'recovery stopping after WAL location (LSN) "0/30000F8"', '0/3000100', at, false],
  [lsn, 'recovery stopping before WAL location (LSN) "0/3000100"', '0/3000100', at, false],
  [
    { ...lsn, inclusive: false },
    'recovery stopping before WAL location (LSN) "0/3000100"',
    '0/3000100',
    at,
    true,
  ],
  [
    { ...lsn, inclusive: false },
    'recovery stopping before WAL location (LSN) "0/3000100"',
    '0/3000140',
    at,
    false,
  ],
  [time, 'recovery stopping before commit of transaction 7, time …', '0/3000100', at, true],
  [time, 'recovery stopping before commit of transaction 7, time …', '0/3000100', null, true],
  [time, 'recovery stopping before commit of transaction 7, time …', '0/3000100', later, false],
  [{ ...time, inclusive: false }, 'recovery stopping before commit', '0/3000100', at, false],
  [latest, '', '0/3000100', at, true],
  [latest, 'recovery stopping before commit of transaction 7', '0/3000100', at, false],
];

describe('where a recovery stopped', () => {
  it.each(cases)('%o: %s, replayed to %s, last %s: %o', (target, said, replayed, last, ok) => {
    const log = `LOG:  ${said}\nLOG:  redo done at 0/30000C8 system usage …\n`;
    const aim = { target, timeline: 1, lastRecord: '0/30000C8' };
    expect(stopCheck(aim, { log, lsn: replayed, lastTransactionAt: last }).ok).toBe(ok);
  });

  it('is not the end where another record is archived behind it', () => {
    const log = 'LOG:  redo done at 0/30000C8 system usage …\n';
    const aim = { target: latest, timeline: 1, lastRecord: '0/3000200' };
    const check = stopCheck(aim, { log, lsn: '0/3000100', lastTransactionAt: at });
    expect(check).toMatchObject({ ok: false });
    expect(check.detail).toContain('0/3000200');
  });
});

it.each(postgresVersions())(
  'PostgreSQL $major: a transaction that should not be committed is found where it is',
  async ({ bin }) => {
    await using server = await startPostgres({ bin });
    const committed = await server.psql(
      'create table t (n int); begin; insert into t values (1); select pg_current_xact_id(); commit',
    );
    const aborted = await server.psql(
      'begin; insert into t values (1); select pg_current_xact_id(); rollback',
    );
    const { signal } = new AbortController();
    const environment = { env: {}, cwd: '/', home: '/', user: 'postgres' };
    const target = await parseTarget(server.url(), environment);
    const connect = async () =>
      (await target.open({
        ...{ signal, applicationName: 'test', connectTimeout: 5000, mode: 'existing' },
        warn: () => {},
      })) as PostgresSession;
    const aim = { target: latest, timeline: 1, lastRecord: '0/0', fetch: async () => false };
    const recovered = await recoveredOf(connect, aim, { unpackMs: 0, replayMs: 0, log: '' });
    const snapshot = await server.psql('select pg_current_snapshot()');
    const coming = String(Number(committed) + 100_000);
    const well = await recovered.open({ snapshot, inProgress: [aborted, coming] });
    expect(well).toMatchObject({ ok: true });
    const bad = await recovered.open({ snapshot, inProgress: [aborted, committed] });
    expect(bad).toMatchObject({ ok: false });
    expect(bad.detail).toContain(committed);
  },
);

it('leaves a copy of a standby no standby, and the lines that stood there before', async () => {
  await using folder = await temporaryFolder();
  const [auto, standby] = ['postgresql.auto.conf', 'standby.signal'].map((one) =>
    join(folder.path, one),
  );
  await writeFile(auto ?? '', "recovery_target_time = '2020-01-01'");
  await writeFile(standby ?? '', '');
  const command = ['fetch', '%f', '%p'];
  await configureRecovery(folder.path, { target: name, timeline: 3, action: 'promote', command });
  expect(await readdir(folder.path)).toEqual(['postgresql.auto.conf', 'recovery.signal']);
  const lines = (await readFile(auto ?? '', 'utf8')).split('\n');
  expect(lines).toContain("recovery_target_time = '2020-01-01'");
  // One that is set and another one, or both, are refused by the server.
  expect(lines.indexOf("recovery_target_time = ''")).toBeGreaterThan(0);
  expect(lines.at(-5)).toBe("recovery_target_name = 'deploy'");
  await expect(
    configureRecovery(folder.path, { target: name, timeline: 3, action: null, command: ['a\nb'] }),
  ).rejects.toMatchObject({ code: 'restore-refused' });
});

it('writes a command that the server and a shell read as it was meant', () => {
  expect(shellCommand(['/usr/bin/node', "it's", '%f', '%p', '100% %f', '--a=b'])).toBe(
    `/usr/bin/node 'it'\\''s' "%f" "%p" '100%% %%f' --a=b`,
  );
});
