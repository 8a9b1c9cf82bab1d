import type { Finding } from '../../engines/health.ts';
import type { Tuned } from '../../engines/tuning.ts';
import type { Look } from '../run.ts';

interface MemoryFacts {
  readonly ram: number;
  readonly memory: NonNullable<Tuned['memory']>;
  readonly connectionsThatFit: number | null;
}

/** Above all of the memory the kernel ends the server, or the whole machine stands still. Pure. */
export function memoryCheck(facts: MemoryFacts): Look {
  return {
    id: 'worst-case-memory',
    title: 'Memory in the worst case',
    group: 'capacity',
    unit: '%',
    thresholds: { warning: null, critical: 100 },
    source: 'pgtune leaves a part of the memory free; more than all of it is out of memory',
    look: async () => findingOf(facts),
  };
}

function findingOf(facts: MemoryFacts): Finding {
  const { ram, memory } = facts;
  const terms = memory.now.parts.map(({ name, bytes }) => `${name} ${binarySize(bytes)}`);
  const { now, advised } = memory;
  // Advice that would not fit is none.
  const then =
    advised.total > ram && advised.total > now.total
      ? `; with the advice taken ${binarySize(advised.total)}`
      : '';
  return {
    status: null,
    value: Math.floor((Math.max(now.total, then ? advised.total : 0) / ram) * 1000) / 10,
    summary: `in the worst case ${binarySize(now.total)} of ${binarySize(ram)}: ${terms.join(' + ')}${then}`,
    hint: wayOut(facts),
  };
}

function wayOut({ ram, memory, connectionsThatFit }: MemoryFacts): string {
  const then = `With the advice taken it is ${binarySize(memory.advised.total)}`;
  if (memory.advised.total <= ram) return `${then}.`;
  return `${then}, still too much: allow ${connectionsThatFit ?? 0} connections (--connections ${connectionsThatFit ?? 0}) and put a pooler in front (\`jem-db pool config\`), or lower the work_mem of single roles and databases.`;
}

/** Bytes in powers of 1024, as the settings are written: `512 MB`, `1.5 GB`. */
function binarySize(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  if (gigabytes >= 1) return `${Number(gigabytes.toFixed(gigabytes < 10 ? 1 : 0))} GB`;
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
