import type { Advice, MemoryUse } from '../../tuning.ts';
import { numeric, type ServerSettings } from './settings.ts';
import { bytesOfText } from './units.ts';

const GB = 2 ** 30;

/**
 * Bytes that the server takes if every connection sorts or hashes once to its limit while all
 * workers of autovacuum work: `shared_buffers` + `max_connections` · `work_mem` ·
 * `hash_mem_multiplier` (nodeHash.c, get_hash_memory_limit) + `autovacuum_max_workers` ·
 * `autovacuum_work_mem`. An override of `work_mem` counts where it is larger than the server's: all
 * may connect there. Pure.
 */
export function worstCase(server: ServerSettings, advice: readonly Advice[] = []): MemoryUse {
  const of = valueWith(server, advice);
  const connections = of('max_connections');
  const multiplier = of('hash_mem_multiplier');
  const workers = of('autovacuum_max_workers');
  const largest = Math.max(of('work_mem'), ...overriding(server, 'work_mem'));
  const parts = [
    { name: 'shared_buffers', bytes: of('shared_buffers') },
    {
      name: `${connections} connections (${multiplier} · work_mem each)`,
      bytes: connections * largest * multiplier,
    },
    { name: `${workers} autovacuum workers`, bytes: workers * cleaningMemory(server, of) },
  ];
  return { parts, total: parts.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** How many connections leave a tenth of `ram` to others in the worst case, with the advice taken. Pure. */
export function connectionsWithin(
  ram: number,
  server: ServerSettings,
  advice: readonly Advice[],
): number {
  const of = valueWith(server, advice);
  const { parts } = worstCase(server, advice);
  const fixed = (parts[0]?.bytes ?? 0) + (parts[2]?.bytes ?? 0);
  const each = (parts[1]?.bytes ?? 0) / of('max_connections');
  return Math.max(0, Math.floor((ram * 0.9 - fixed) / each));
}

/** Up to 16 a vacuum never takes more than 1 GB (vacuumlazy.c, MaxAllocSize). */
function cleaningMemory({ major }: ServerSettings, of: (name: string) => number): number {
  const own = of('autovacuum_work_mem');
  const bytes = own < 0 ? of('maintenance_work_mem') : own;
  return major < 17 ? Math.min(bytes, GB) : bytes;
}

function valueWith(server: ServerSettings, advice: readonly Advice[]): (name: string) => number {
  return (name) => {
    const setting = server.byName.get(name);
    const unit = setting?.unit ?? null;
    const advised = advice.find((one) => one.setting === name)?.advised;
    if (advised !== undefined) return bytesOfText(advised, unit) ?? Number(advised);
    return setting ? (numeric(setting) ?? 0) : 0;
  };
}

function overriding({ overrides, byName }: ServerSettings, name: string): number[] {
  const unit = byName.get(name)?.unit ?? null;
  return overrides
    .filter((one) => one.setting === name)
    .map(({ value }) => bytesOfText(value, unit) ?? 0);
}
