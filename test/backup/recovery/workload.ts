import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { serverFolder, sumsSql } from '../../engines/postgres/base/clusters.ts';
import { startJemDb } from '../../support/cli.ts';
import { serverUser } from '../../support/os-user.ts';
import { password, type PostgresServer, superuser } from '../../support/postgres-server.ts';
import { until } from '../../support/until.ts';
import { type Created, type Scene, scene, startRecovered } from './recovering.ts';

/** How the log leaves the machine. */
export type Way = 'archived' | 'streamed';

export interface Survived {
  /** Transactions whose commit a client was told of before the server was killed. */
  readonly acknowledged: number;
  readonly recovered: number;
  /** Milliseconds between the last recovered transaction and the kill. */
  readonly lostMs: number;
  /** What must be there: the end of the last archived segment, or the last byte that was streamed. */
  readonly bound: bigint;
  /** One client's transactions in the order of their commits, each with a place behind its commit. */
  readonly witnessed: readonly { readonly number: number; readonly lsn: bigint }[];
  /** What of them came back, in their order. */
  readonly ledger: readonly number[];
  /** Clients of pgbench whose transactions did not come back as a beginning without a gap. */
  readonly gaps: string;
  /** Sums that pgbench changes together. */
  readonly sums: readonly string[];
}

/** Each client counts its own; the message makes segments fill. */
const script = `\\set n :n + 1
begin;
insert into journal (client, number) values (:client_id, :n);
select pg_logical_emit_message(true, 'bulk', repeat('x', 24000));
commit;
`;

/**
 * Kills a server while pgbench writes, removes all that it had, and recovers it from a base backup
 * and from what had left the machine: at least `segments` whole ones since the backup.
 */
export async function killedWhileWriting(
  bin: string,
  {
    way,
    segments,
    clients,
  }: { readonly way: Way; readonly segments: number; readonly clients: number },
): Promise<Survived> {
  const isStreamed = way === 'streamed';
  await using at = await scene(bin);
  const { server, home } = at;
  if (isStreamed) {
    await server.psql(`alter system set archive_command = 'true'`);
    await server.reload();
  }
  await server.psql(
    'create table journal (client int, number int, at timestamptz default clock_timestamp())',
  );
  await execa(join(bin, 'pgbench'), ['-i', '-q', '-s', '1', ...connection(server)], login);
  await writeFile(join(home, 'journal.sql'), script);
  const receiving = isStreamed ? await receive(at) : null;
  const load = execa(
    join(bin, 'pgbench'),
    [
      ...['-n', '-c', String(clients), '-T', '600', '-R', '500', '-l', '-D', 'n=0'],
      ...['-b', 'tpcb-like@1', '-f', 'journal.sql@3', ...connection(server)],
    ],
    { ...login, cwd: home, reject: false },
  );
  const witness = watch(server);
  await at.run<Created>(['backup', 'create', '--kind', 'base', '--no-fingerprints']);
  const begun = await segmentOf(server);
  const hasEnough = async () =>
    (await segmentOf(server)) - begun > segments && (await hasLeft(at, begun + segments, way));
  await until(`${segments} segments to leave the machine`, hasEnough, 60_000);
  const streamed = isStreamed ? lsnOf(await server.psql(flushedSql)) : null;
  const killedAt = Date.now();
  await at.lose();
  await Promise.all([load, witness.ended]);
  await receiving?.end();
  // Who streams here is not who recovers.
  const { uid, gid } = serverUser();
  await execa('chown', ['-R', `${uid}:${gid}`, at.backups]);

  const acknowledged = (await acknowledgedIn(home)) + witness.seen.length;
  const bound = streamed ?? (await archivedUntil(at));
  await using root = await serverFolder();
  await at.run(['restore', '--into', join(root.path, 'data'), '--to-latest']);
  await using recovered = await startRecovered(server, root.path, 'open');
  const ask = (sql: string): Promise<string> => recovered.psql(sql);
  const last = await ask('select extract(epoch from max(at)) * 1000 from journal');
  const ledger = await ask('select number from ledger order by number');
  return {
    ...{ acknowledged, bound, lostMs: Math.max(0, Math.round(killedAt - Number(last))) },
    recovered: Number(
      await ask(
        'select (select count(*) from journal) + (select count(*) from pgbench_history) + (select count(*) from ledger)',
      ),
    ),
    witnessed: witness.seen,
    ledger: ledger.split('\n').filter(Boolean).map(Number),
    gaps: await ask(
      'select client from journal group by client having count(distinct number) <> max(number) or min(number) <> 1',
    ),
    sums: (await ask(sumsSql)).split('|'),
  };
}

/** Commits one transaction after the other, as soon as it is told of the one before. */
function watch(server: PostgresServer) {
  const seen: { readonly number: number; readonly lsn: bigint }[] = [];
  const child = spawn(join(server.bin, 'psql'), ['-XAtq', ...connection(server)], {
    env: { PATH: process.env['PATH'], PGPASSWORD: password },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  const commit = (): boolean =>
    child.stdin.write(
      `insert into ledger values (${seen.length + 1});\nselect pg_current_wal_flush_lsn();\n`,
    );
  createInterface(child.stdout).on('line', (line) => {
    seen.push({ number: seen.length + 1, lsn: lsnOf(line) });
    commit();
  });
  commit();
  return { seen, ended: new Promise((resolve) => child.once('close', resolve)) };
}

async function receive({ server, home }: Scene) {
  const options = {
    cwd: home,
    env: { DATABASE_URL: server.url(), JEM_DB_POSTGRES_BIN: server.bin },
    timeout: 600_000,
  };
  const command = ['backup', 'wal', 'receive', '--slot', 'jem_db'];
  await startJemDb([...command, '--create-slot'], options);
  const spool = ['--synchronous', '--partial-every', '200ms', '--spool', join(home, 'spool')];
  const receiving = startJemDb([...command, ...spool], options);
  await until('the stream to begin', async () => (await server.psql(flushedSql)) !== '');
  // Not the process itself: whoever awaits that awaits its end.
  return { end: () => (receiving.kill('SIGTERM'), receiving) };
}

const flushedSql = 'select max(flush_lsn) from pg_stat_replication';

async function segmentOf(server: PostgresServer): Promise<number> {
  const name = await server.psql('select pg_walfile_name(pg_current_wal_insert_lsn())');
  return Number.parseInt(name.slice(16), 16);
}

/** Whether a segment is stored, or the stream has gone past it. */
async function hasLeft({ server }: Scene, number: number, way: Way): Promise<boolean> {
  if (way === 'streamed')
    return lsnOf(await server.psql(flushedSql)) >= BigInt(number + 1) * 2n ** 24n;
  const last = await server.psql('select last_archived_wal from pg_stat_archiver');
  return Number.parseInt(last.slice(16, 24), 16) >= number;
}

interface Status {
  readonly clusters: readonly { readonly windows: readonly { readonly to: string }[] }[];
}

/** As an operator is told. */
async function archivedUntil({ run }: Scene): Promise<bigint> {
  const { clusters } = await run<Status>(['backup', 'wal', 'status']);
  return lsnOf(clusters[0]?.windows[0]?.to ?? '');
}

/** pgbench writes a line for each transaction that it was told of. */
async function acknowledgedIn(folder: string): Promise<number> {
  const logs = (await readdir(folder)).filter((name) => name.startsWith('pgbench_log.'));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.join('').split('\n').filter(Boolean).length;
}

function lsnOf(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high || '0'}`) << 32n) + BigInt(`0x${low || '0'}`);
}

const login = { env: { PGPASSWORD: password } };

function connection({ socketFolder, port }: PostgresServer): string[] {
  return ['-h', socketFolder, '-p', String(port), '-U', superuser, 'postgres'];
}
