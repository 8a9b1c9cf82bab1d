import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { RecoveryAim, RecoverySettings, RecoveryTarget } from '../../recovering.ts';

const names: Readonly<Record<RecoveryTarget['kind'], string | null>> = {
  time: 'recovery_target_time',
  lsn: 'recovery_target_lsn',
  name: 'recovery_target_name',
  latest: null,
};

/** Of which a server takes one alone. */
const targets = [
  ...['recovery_target', 'recovery_target_time', 'recovery_target_lsn'],
  ...['recovery_target_name', 'recovery_target_xid'],
];

/**
 * The lines of a configuration that make a server recover to a target. An empty line for each other
 * target stands before, since the server that was backed up may have had one itself.
 */
export function recoveryLines(
  { target, timeline }: RecoveryAim,
  restoreCommand: string,
): readonly string[] {
  const name = names[target.kind];
  return [
    `restore_command = ${quoted(restoreCommand)}`,
    ...targets.filter((one) => one !== name).map((one) => `${one} = ''`),
    ...(name === null ? [] : [`${name} = ${quoted(valueOf(target))}`]),
    `recovery_target_inclusive = ${target.inclusive ? 'on' : 'off'}`,
    `recovery_target_timeline = '${timeline}'`,
  ];
}

/** Makes a data folder recover when a server is started on it. Throws `restore-refused`. */
export async function configureRecovery(data: string, settings: RecoverySettings): Promise<void> {
  const { action, command } = settings;
  const lines = [
    ...recoveryLines(settings, shellCommand(command)),
    ...(action === null ? [] : [`recovery_target_action = '${action}'`]),
  ];
  const file = join(data, 'postgresql.auto.conf');
  const before = await readFile(file, 'utf8').catch(() => '');
  const text = ['', '# Of the recovery that jem-db restore has prepared.', ...lines, ''].join('\n');
  await appendFile(file, before === '' || before.endsWith('\n') ? text.slice(1) : text, {
    mode: 0o600,
  });
  // A standby would not end its recovery.
  await rm(join(data, 'standby.signal'), { force: true });
  await writeFile(join(data, 'recovery.signal'), '', { mode: 0o600 });
}

/**
 * A command for the server, which gives it to a shell after it has put the file's name in the place
 * of `%f`, and its path of `%p`; any other `%` is written twice.
 */
export function shellCommand(command: readonly string[]): string {
  return command
    .map((word) => {
      if (word === '%f' || word === '%p') return `"${word}"`;
      const plain = /^[\w@+=:,./-]+$/.test(word);
      return (plain ? word : `'${word.replaceAll("'", `'\\''`)}'`).replaceAll('%', '%%');
    })
    .join(' ');
}

/** A value as guc-file.l reads it. Throws `restore-refused` for what no line can hold. */
function quoted(value: string): string {
  if (/[\n\r\0]/.test(value))
    throw new JemError('restore-refused', 'A path or name with a line break has no place there', {
      why: 'The settings of the server are lines: restore_command names the repository and jem-db.',
      hint: 'Move it to a path without one.',
    });
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** The server reads a time in its own zone unless it says which. */
function valueOf({ kind, value }: RecoveryTarget): string {
  const text = value ?? '';
  return kind === 'time' ? text.replace('T', ' ').replace('Z', '+00') : text;
}
