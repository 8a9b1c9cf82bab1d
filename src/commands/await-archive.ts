import { parseDuration } from '../duration.ts';
import { JemError } from '../errors.ts';
import type { Input, OptionSpec } from './command.ts';
import type { Context } from './context.ts';
import { repositoryOf } from './repository.ts';

/** As pgBackRest's option of that name. */
export const archiveTimeoutOption: OptionSpec = {
  flags: '--archive-timeout <time>',
  help: 'base, --verify: how long a WAL archive may stand still (default: 1min)',
};

/** Milliseconds. Throws `usage` where it is no time, or nothing is waited for. */
export function archiveTimeoutIn(input: Input, applies: boolean): number {
  const text = input.text('archiveTimeout');
  if (text !== undefined && !applies)
    throw new JemError('usage', '--archive-timeout goes with --kind base --verify alone', {
      hint: 'Add them, or leave it out.',
    });
  const timeout = parseDuration(text ?? '1min');
  if (timeout !== null) return timeout;
  throw new JemError('usage', `--archive-timeout takes a time, not "${text}"`, {
    hint: 'Write a number and a unit: 30s, 5min.',
  });
}

/** Waits until a base backup can be proved at its own restore point; warns where it cannot. */
export async function awaitArchive(id: string, timeout: number, context: Context): Promise<void> {
  const { untilPointArchived } = await import('../backup/recovery/awaited.ts');
  const { signal, report } = context;
  const repository = await repositoryOf(context);
  const manifest = await repository.manifest(id);
  if (manifest.kind !== 'base') return;
  report.progress('waiting for the WAL archive');
  const onSegment = (name: string): void => report.progress(`reading ${name}`);
  if (await untilPointArchived(repository, manifest, { timeout, signal, onSegment })) return;
  report.warn({
    code: 'backup-not-archived',
    message: `The WAL archive does not reach the restore point of backup ${id} and has stood still for ${timeout / 1000} s: see \`jem-db backup wal status\` with -d.`,
  });
}
