import type { Compression } from '../engines/backing-up.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';

const levels = { none: [0, 0], gzip: [1, 9], zstd: [1, 22] } as const;
const methods = Object.keys(levels) as Compression['method'][];

/**
 * Reads a compression in pg_dump's words: `gzip`, `gzip:6`, `zstd:level=3`, `none`, or a level of
 * gzip alone. Throws `bad-setting`.
 */
export function readCompression(text: string): Compression {
  const [, digits, word = '', named] =
    /^(?:(\d+)|([a-z\d]+)(?::(?:level=)?(\d+))?)$/i.exec(text) ?? [];
  const wanted = digits === undefined ? word.toLowerCase() : digits === '0' ? 'none' : 'gzip';
  const method = methods.find((each) => each === wanted);
  if (!method)
    throw new JemError('bad-setting', `There is no compression "${text}"`, {
      hint: `Write gzip, zstd or none, with a level as in gzip:6.${didYouMean(word, methods)}`,
    });
  const given = digits ?? named;
  if (given === undefined || method === 'none') return { method, level: null };
  const [least, most] = levels[method];
  const level = Number(given);
  if (level >= least && level <= most) return { method, level };
  throw new JemError('bad-setting', `${method} has no level ${given}`, {
    hint: `Its levels are ${least} (fast) to ${most} (small).`,
  });
}
