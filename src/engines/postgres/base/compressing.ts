import { JemError } from '../../../errors.ts';
import { zstd } from '../../../zstd.ts';
import type { Compression } from '../../backing-up.ts';

/**
 * Takes a backup with the compression that was asked for, else with the best that this Node.js can
 * read back and the server has: only its answer to BASE_BACKUP tells that, before it sends anything.
 */
export async function withCompression<T>(
  asked: Compression | null,
  take: (compression: Compression) => Promise<T>,
): Promise<T> {
  const [first, ...others] = choices(asked);
  let compression = first;
  for (;;)
    try {
      return await take(compression);
    } catch (error) {
      const next = others.shift();
      if (next === undefined || !isWithout(error)) throw error;
      compression = next;
    }
}

/** The first level of gzip: the others cost the server much more time than they save room. */
const gzip: Compression = { method: 'gzip', level: 1 };

function choices(asked: Compression | null): readonly [Compression, ...Compression[]] {
  if (asked?.method === 'zstd' && zstd === null)
    throw new JemError('bad-setting', 'This Node.js cannot read zstd', {
      why: `It is ${process.version}; zstd came with 22.15. A restore by it would not be possible.`,
      hint: 'Choose gzip, or run jem-db with a newer Node.js.',
    });
  if (asked) return [asked.method === 'gzip' ? { ...gzip, level: asked.level ?? 1 } : asked];
  const plain: Compression = { method: 'none', level: null };
  return zstd ? [{ method: 'zstd', level: null }, gzip, plain] : [gzip, plain];
}

/**
 * A server that was built without a library says so as FEATURE_NOT_SUPPORTED (basebackup_zstd.c,
 * basebackup_gzip.c), from 16 on as SYNTAX_ERROR (common/compression.c), as one says it that does
 * not know the method. The words are in the server's own language.
 */
function isWithout(error: unknown): boolean {
  const state = error instanceof JemError ? error.details.sqlState : undefined;
  return state === '0A000' || state === '42601';
}
