/** Reads a file below the root; null: there is none. */
export interface Files {
  read(path: string): Promise<string | null>;
}

export interface GroupLimits {
  /** Bytes; null: none is set. */
  readonly memory: number | null;
  readonly cpus: number | null;
}

/**
 * The limits of the control group of a process and of all groups above it, version 1 and 2
 * (Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst of the kernel): the least counts.
 */
export async function controlGroups(files: Files, pid: number | 'self'): Promise<GroupLimits> {
  const lines = ((await files.read(`proc/${pid}/cgroup`)) ?? '').split('\n');
  const memory: number[] = [];
  const cpus: number[] = [];
  for (const line of lines) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const names = controllers.split(',');
    for (const folder of foldersAbove(path)) {
      if (controllers === '') {
        memory.push(...whole(await files.read(`sys/fs/cgroup${folder}/memory.max`)));
        cpus.push(...quotaOf(await files.read(`sys/fs/cgroup${folder}/cpu.max`)));
      }
      if (names.includes('memory'))
        memory.push(
          ...whole(await files.read(`sys/fs/cgroup/memory${folder}/memory.limit_in_bytes`)),
        );
      if (names.includes('cpu')) {
        const quota = await files.read(`sys/fs/cgroup/cpu${folder}/cpu.cfs_quota_us`);
        const period = await files.read(`sys/fs/cgroup/cpu${folder}/cpu.cfs_period_us`);
        cpus.push(...quotaOf(`${quota?.trim()} ${period?.trim()}`));
      }
    }
  }
  return { memory: least(memory), cpus: least(cpus) };
}

/**
 * From the group itself to the root of the mount. In a container the path may be the host's, of
 * which only the root is there: that is the container's own group.
 */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return Array.from({ length: parts.length + 1 }, (_, index) =>
    parts
      .slice(0, parts.length - index)
      .map((part) => `/${part}`)
      .join(''),
  );
}

/** `max`, -1 and the near 2^63 of version 1 are no limits. */
function whole(text: string | null): number[] {
  const number = Number(text?.trim() || Number.NaN);
  return number > 0 && number < 2 ** 60 ? [number] : [];
}

/** `QUOTA PERIOD` in microseconds. */
function quotaOf(text: string | null): number[] {
  const [quota, period] = (text ?? '').trim().split(' ').map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0
    ? [quota / period]
    : [];
}

function least(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : Math.min(...numbers);
}
