import type { BaseBackups } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import { archiveTimeoutIn, archiveTimeoutOption } from './await-archive.ts';
import type { Input, OptionSpec } from './command.ts';
import { type Context, engineInUse } from './context.ts';

/** Options that say what kind of backup is taken, and how one of files is. */
export const kindOptions: readonly OptionSpec[] = [
  {
    flags: '--kind <kind>',
    help: 'logical (the default): rows and schema of the database; base: the files of the whole cluster',
  },
  { flags: '--incremental', help: 'base: only what has changed since the newest one' },
  {
    flags: '--max-increments <n>',
    help: 'base: a whole one where n build on the last one, or there is none',
  },
  { flags: '--rate <rate>', help: 'base: the most a second, from 32k to 1024M' },
  { flags: '--no-fingerprints', help: 'base: no restore point to prove a recovery by' },
  archiveTimeoutOption,
];

/** How a base backup is wanted. */
export interface BaseWish {
  readonly incremental: boolean;
  /** See `CreateBaseOptions`. */
  readonly maxIncrements: number | null;
  /** kB (1024 bytes) a second; null: as much as goes. */
  readonly rate: number | null;
  readonly fingerprints: boolean;
  /** Milliseconds that a proof waits for the log. */
  readonly archiveTimeout: number;
}

const kinds = ['logical', 'base'] as const;

/** Null: a logical backup is wanted. Throws `usage`. */
export function baseWishIn(input: Input): BaseWish | null {
  const given = input.text('kind') ?? 'logical';
  const kind = kinds.find((one) => one === given);
  if (!kind)
    throw new JemError('usage', `There is no kind of backup "${given}"`, {
      hint: `The kinds are ${kinds.join(' and ')}.${didYouMean(given, kinds)}`,
    });
  const archiveTimeout = archiveTimeoutIn(input, kind === 'base' && input.flag('verify'));
  const stray = strayIn(input);
  if (kind === 'base') {
    const incremental = input.flag('incremental');
    const maxIncrements = input.number('maxIncrements') ?? null;
    if (maxIncrements !== null && !incremental)
      throw new JemError('usage', '--max-increments goes with --incremental alone', {
        hint: 'Add --incremental, or leave it out.',
      });
    const rate = rateOf(input.text('rate'));
    const fingerprints = input.flag('fingerprints');
    return { incremental, maxIncrements, rate, fingerprints, archiveTimeout };
  }
  if (stray === undefined) return null;
  throw new JemError('usage', `${stray} goes with base backups alone`, {
    hint: 'Add --kind base, or leave it out.',
  });
}

/** The same wish, as a command line has it. */
export function wordsOfBase(input: Input): readonly string[] {
  if (baseWishIn(input) === null) return [];
  const valued = ['--max-increments', '--rate', '--archive-timeout'].flatMap((flag) => {
    const value = input.text(optionOf(flag));
    return value === undefined ? [] : [flag, value];
  });
  return [
    ...['--kind', 'base'],
    ...(input.flag('incremental') ? ['--incremental'] : []),
    ...valued,
    // Commander takes away the `no` of a flag.
    ...(input.flag('fingerprints') ? [] : ['--no-fingerprints']),
  ];
}

/** Throws `usage` where the engine that is named has none. */
export async function baseBackupsOf(context: Context): Promise<() => Promise<BaseBackups>> {
  const engine = await engineInUse(context);
  if (engine.baseBackups !== null) return engine.baseBackups;
  throw new JemError('usage', `${engine.title} has no backups of kind base`, {
    why: 'They are of the files of a server, and it has none.',
    hint: 'Leave --kind out: a logical backup holds all of the database.',
  });
}

function strayIn(input: Input): string | undefined {
  if (!input.flag('fingerprints')) return '--no-fingerprints';
  if (input.flag('incremental')) return '--incremental';
  return ['--max-increments', '--rate'].find((flag) => input.text(optionOf(flag)) !== undefined);
}

function optionOf(flag: string): string {
  return flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** As pg_basebackup's `--max-rate`: kB (1024 bytes) a second unless a suffix says otherwise. */
function rateOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, digits, suffix = 'k'] = /^(\d{1,9})([kM])?$/.exec(text) ?? [];
  const rate = Number(digits) * (suffix === 'M' ? 1024 : 1);
  if (rate >= 32 && rate <= 1024 * 1024) return rate;
  throw new JemError('usage', `"${text}" is no rate`, {
    hint: 'Write one from 32k to 1024M, the bytes that are read in a second.',
  });
}
