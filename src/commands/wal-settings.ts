import { join } from 'node:path';
import { JemError } from '../errors.ts';
import type { SettingName } from '../setting-specs.ts';
import type { Input, OptionSpec } from './command.ts';
import type { Context } from './context.ts';
import { repositorySettings } from './repository.ts';

/** Settings of the commands that store the log. */
export const walSettings = [
  ...repositorySettings,
  'compress',
] as const satisfies readonly SettingName[];

export const identifierOption: OptionSpec = {
  flags: '--system-identifier <id>',
  help: 'the cluster that is meant; a file of another one is refused',
};

/** Null: nothing was named. Throws `usage`. */
export function identifierIn(input: Input): string | null {
  const text = input.text('systemIdentifier') ?? null;
  if (text === null || /^[1-9]\d{0,19}$/.test(text)) return text;
  throw new JemError('usage', `--system-identifier takes a number, not "${text}"`, {
    hint: 'pg_controldata shows it as "Database system identifier".',
  });
}

/** This user's own folder for what is remembered. */
export function stateFolder({ environment: { env, home } }: Context): string {
  return join(env['XDG_STATE_HOME'] || join(home, '.local/state'), 'jem-db');
}
