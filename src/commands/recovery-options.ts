import type { RecoveryPlan } from '../backup/recovery/plan.ts';
import type { RecoveryTarget } from '../engines/recovering.ts';
import { JemError } from '../errors.ts';
import type { Repository } from '../repository/contract.ts';
import { parseLsn, lsnText } from '../wal-names.ts';
import type { Input, OptionSpec } from './command.ts';
import type { Context } from './context.ts';

/** Options that say where a recovery is to stop. */
export const recoveryOptions: readonly OptionSpec[] = [
  { flags: '--to-time <time>', help: 'recover to a time with its zone: "2026-11-21 14:03:07+01"' },
  { flags: '--to-lsn <lsn>', help: 'recover to a place of the log: 16/B374D848' },
  { flags: '--to-name <name>', help: 'recover to a restore point (pg_create_restore_point)' },
  { flags: '--to-latest', help: 'recover to the end of the archive' },
  { flags: '--exclusive', help: 'stop before what is exactly at the time or the place' },
  { flags: '--target-timeline <number>', help: 'default: the newest that leads from the backup' },
];

/** What the user wants recovered; null: nothing with the archive. */
export interface WantedRecovery {
  readonly target: RecoveryTarget;
  readonly timeline: number | null;
}

const named = ['time', 'lsn', 'name'] as const;

/** Throws `usage` for what cannot be meant together, or is not what it should be. */
export async function recoveryIn(input: Input): Promise<WantedRecovery | null> {
  const given = named.filter((kind) => input.text(optionOf(kind)) !== undefined);
  const isLatest = input.flag('toLatest');
  const [kind, second] = isLatest ? [...given, 'latest' as const] : given;
  if (second !== undefined)
    throw new JemError('usage', 'A recovery has one target', {
      hint: 'Give one of --to-time, --to-lsn, --to-name, --to-latest.',
    });
  const timeline = timelineIn(input);
  const isExclusive = input.flag('exclusive');
  if (kind === undefined) {
    if (timeline === null && !isExclusive) return null;
    const stray = isExclusive ? '--exclusive' : '--target-timeline';
    throw new JemError('usage', `${stray} goes with a recovery alone`, {
      hint: 'Say to where: --to-time, --to-lsn, --to-name, --to-latest.',
    });
  }
  if (isExclusive && (kind === 'name' || kind === 'latest'))
    throw new JemError('usage', `--exclusive does not go with --to-${kind}`, {
      hint: 'It means the time or the place itself: --to-time, --to-lsn.',
    });
  const value = kind === 'latest' ? null : await readers[kind](input.text(optionOf(kind)) ?? '');
  return { target: { kind, value, inclusive: !isExclusive }, timeline };
}

function optionOf(kind: (typeof named)[number]): string {
  return { time: 'toTime', lsn: 'toLsn', name: 'toName' }[kind];
}

const readers: Readonly<
  Record<(typeof named)[number], (text: string) => string | Promise<string>>
> = {
  async time(text) {
    const { momentText, parseMoment } = await import('../backup/recovery/moment.ts');
    const at = parseMoment(text);
    if (at !== null) return momentText(at);
    throw new JemError('usage', `"${text}" is no time with its zone`, {
      why: 'Without a zone it could be meant as here, as the server has it, or in UTC.',
      hint: 'Write --to-time "2026-11-21 14:03:07+01", or with Z for UTC.',
    });
  },
  lsn(text) {
    const lsn = parseLsn(text);
    if (lsn !== null) return lsnText(lsn);
    throw new JemError('usage', `"${text}" is no place of the log`, {
      hint: 'Write it as pg_current_wal_lsn() does: --to-lsn 16/B374D848',
    });
  },
  name(text) {
    // MAXFNAMELEN, with the byte that ends it.
    if (text !== '' && Buffer.byteLength(text) < 64) return text;
    throw new JemError('usage', `"${text}" is no name of a restore point`, {
      hint: 'One has from 1 to 63 bytes.',
    });
  },
};

function timelineIn(input: Input): number | null {
  return input.number('targetTimeline') ?? null;
}

/** Throws `restore-refused` where the target is out of reach, and `usage`. */
export async function planned(
  repository: Repository,
  word: string | null,
  wanted: WantedRecovery,
  { signal, report }: Context,
): Promise<RecoveryPlan> {
  const { planRecovery } = await import('../backup/recovery/plan.ts');
  const onSegment = (name: string): void => report.progress(`reading ${name}`);
  return planRecovery(repository, { ...wanted, word, signal, onSegment });
}
