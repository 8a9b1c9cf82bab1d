import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { machineOf } from '../../src/health/tune/machine.ts';
import { temporaryFolder } from '../support/folders.ts';

const GB = 2 ** 30;

/** A root with the files of /proc and /sys that a case is about. */
async function machine(files: Readonly<Record<string, string>>, dataFolder: string | null = null) {
  await using root = await temporaryFolder();
  const whole = {
    'proc/meminfo': 'MemTotal:       16777216 kB\nMemFree: 1 kB\n',
    'proc/42/status': 'Name:\tpostgres\nCpus_allowed_list:\t0-7\n',
    ...files,
  };
  for (const [path, text] of Object.entries(whole)) {
    await mkdir(dirname(join(root.path, path)), { recursive: true });
    await writeFile(join(root.path, path), text);
  }
  return await machineOf({ pid: 42, dataFolder }, root.path);
}

it('is all of the machine where no control group limits it', async () => {
  expect(await machine({ 'proc/42/cgroup': '0::/\n' })).toMatchObject({
    ...{ ram: 16 * GB, ramFrom: 'memory of this machine' },
    ...{ cpus: 8, cpusFrom: 'CPUs of this machine', disk: null },
  });
});

it.each([
  {
    what: 'version 2, set for a group above',
    files: {
      'proc/42/cgroup': '0::/system.slice/postgresql.service\n',
      'sys/fs/cgroup/system.slice/postgresql.service/memory.max': 'max\n',
      'sys/fs/cgroup/system.slice/memory.max': `${4 * GB}\n`,
      'sys/fs/cgroup/system.slice/postgresql.service/cpu.max': '250000 100000\n',
    },
    ram: 4 * GB,
    cpus: 2,
  },
  {
    what: 'version 1',
    files: {
      'proc/42/cgroup': '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n0::/\n',
      'sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes': `${2 * GB}\n`,
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us': '100000\n',
    },
    ram: 2 * GB,
    cpus: 1,
  },
  {
    what: 'a container that sees the path of its host, and the root of its own group',
    files: {
      'proc/42/cgroup': '4:memory:/docker/abc\n3:cpu:/docker/abc\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': `${GB}\n`,
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    },
    ram: GB,
    cpus: 8,
  },
])('is what a control group allows: $what', async ({ files, ram, cpus }) => {
  const seen = await machine(files);
  expect(seen).toMatchObject({ ram, cpus, ramFrom: 'limit of its control group' });
  expect(seen.cpusFrom).toBe(cpus === 8 ? 'CPUs of this machine' : 'quota of its control group');
});

it.each([
  { name: 'nvme0n1', rotational: '0', partition: 'nvme0n1p1', kind: 'nvme' },
  { name: 'sda', rotational: '0', partition: 'sda1', kind: 'ssd' },
  { name: 'sda', rotational: '1', partition: 'sda1', kind: 'hdd' },
  { name: 'sda', rotational: '1', partition: null, kind: 'hdd' },
  // A hypervisor says "turns" of whatever it has.
  { name: 'vda', rotational: '1', partition: null, kind: null },
  { name: 'vda', rotational: '0', partition: null, kind: 'ssd' },
])('knows the disk $name ($rotational) as $kind', async ({ name, rotational, partition, kind }) => {
  await using root = await temporaryFolder();
  const { dev } = await stat(root.path);
  const device = join(root.path, 'sys/devices', name);
  await mkdir(join(device, 'queue'), { recursive: true });
  await writeFile(join(device, 'queue/rotational'), `${rotational}\n`);
  const target = partition === null ? device : join(device, partition);
  if (partition !== null) {
    await mkdir(target);
    await writeFile(join(target, 'partition'), '1\n');
  }
  await mkdir(join(root.path, 'sys/dev/block'), { recursive: true });
  // The folder of a test lies on a device with a small number: 8 bits each.
  const numbers = `${(dev >> 8) & 0xfff}:${dev & 0xff}`;
  await symlink(target, join(root.path, 'sys/dev/block', numbers));
  expect((await machineOf({ pid: 42, dataFolder: root.path }, root.path)).disk).toBe(kind);
});
