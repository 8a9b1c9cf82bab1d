import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { execa } from 'execa';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** A store that the tests of a run share: OpenStack Swift with its S3 interface, on loopback. */
export interface S3Store {
  /** As `http://127.0.0.1:5616`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Another user of the store, who owns no bucket. */
  readonly reader: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Where the configuration is; all of the store lies beside it. */
  readonly folder: string;
}

/** Found nowhere by chance. */
const storeSecret = 'secret-of-the-store';

const roles = ['account', 'container', 'object'] as const;
const packages = 'swift-proxy swift-account swift-container swift-object';

/** Starts the store in a folder; null, with a word of why, where Swift is not installed. */
export async function startS3Store(runFolder: string): Promise<S3Store | null> {
  const isThere = await access('/usr/bin/swift-proxy-server').then(
    () => true,
    () => false,
  );
  if (!isThere) {
    if (process.env['JEM_DB_TEST_S3'] === 'required') throw new Error(`install ${packages}`);
    process.stderr.write(
      `No tests of S3: OpenStack Swift is missing: apt-get install ${packages}\n`,
    );
    return null;
  }
  const folder = join(runFolder, 's3');
  await mkdir(join(folder, 'dev/d1'), { recursive: true });
  const ports = await Promise.all(roles.map(() => freePort()));
  await makeRings(folder, ports);
  await writeFile(
    join(folder, 'swift.conf'),
    '[swift-hash]\nswift_hash_path_suffix = t\nswift_hash_path_prefix = t\n[storage-policy:0]\nname = p0\ndefault = yes\n',
  );
  for (const [index, role] of roles.entries()) {
    const conf = join(folder, `${role}-server.conf`);
    await writeFile(conf, roleConf(folder, role, ports[index]!));
    await spawnServer(folder, role, conf);
  }
  const port = await freePort();
  await startDoor(folder, port);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    ...{ accessKeyId: 'test:tester', secretAccessKey: storeSecret, folder },
    reader: { accessKeyId: 'test:reader', secretAccessKey: 'reading' },
  };
}

/** Starts one more process that answers for the store; it ends with the run at the latest. */
export async function startDoor(folder: string, port: number): Promise<ChildProcess> {
  const conf = join(folder, `proxy-${port}.conf`);
  await writeFile(conf, doorConf(folder, port));
  const child = await spawnServer(folder, 'proxy', conf);
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  // Python takes its time where many work at once.
  await until('an answer of the store', answers, 60_000);
  return child;
}

async function makeRings(folder: string, ports: readonly number[]): Promise<void> {
  const script = `
import sys
from swift.common.ring import RingBuilder
for role, port in zip(${JSON.stringify(roles)}, ${JSON.stringify(ports)}):
    ring = RingBuilder(4, 1, 0)
    ring.add_dev(dict(region=1, zone=1, ip='127.0.0.1', port=port, device='d1', weight=1.0,
                      replication_ip='127.0.0.1', replication_port=port, meta=''))
    ring.rebalance()
    ring.get_ring().save(sys.argv[1] + '/' + role + '.ring.gz')
`;
  await execa('/usr/bin/python3', ['-c', script, folder]);
}

async function spawnServer(folder: string, role: string, conf: string): Promise<ChildProcess> {
  const log = await open(join(folder, `${role}.log`), 'a');
  const child = spawn(`/usr/bin/swift-${role}-server`, [conf], {
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  await log.close();
  return child;
}

function head(folder: string, port: number): string {
  return `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
user = ${userInfo().username}
swift_dir = ${folder}
log_level = WARNING
`;
}

function roleConf(folder: string, role: string, port: number): string {
  return `${head(folder, port)}devices = ${folder}/dev
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = ${role}-server
[app:${role}-server]
use = egg:swift#${role}
`;
}

function doorConf(folder: string, port: number): string {
  const filters = ['catch_errors', 'cache', 's3api', 'tempauth', 'copy', 'bulk', 'slo', 'dlo'];
  const settings: Readonly<Record<string, string>> = {
    cache: 'memcache_servers = 127.0.0.1:1\n',
    s3api: 's3_acl = false\nlocation = us-east-1\ncheck_bucket_owner = false\n',
    tempauth: `user_test_tester = ${storeSecret} .admin\nuser_test_reader = reading\n`,
  };
  const eggs: Readonly<Record<string, string>> = { cache: 'memcache' };
  return `${head(folder, port)}[pipeline:main]
pipeline = ${filters.join(' ')} proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
${filters
  .map((name) => `[filter:${name}]\nuse = egg:swift#${eggs[name] ?? name}\n${settings[name] ?? ''}`)
  .join('')}`;
}
