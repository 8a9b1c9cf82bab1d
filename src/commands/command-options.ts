import { settingSpecs } from '../setting-specs.ts';
import type { Command } from './command.ts';

/** Settings whose flags every command takes. */
export const commonSettings = ['database', 'databaseFile', 'connectTimeout'] as const;

/** Every option that a command takes, as typed: `--to`, `--json`. */
export function optionWords(command: Command): string[] {
  const own = (command.options ?? []).map(({ flags }) => flags.split(' ')[0] ?? '');
  const settings = [...commonSettings, ...(command.settings ?? [])];
  const globals = ['--json', '--quiet', '--verbose', '--no-color', '--yes', '--help'];
  return [...own, ...settings.map((name) => settingSpecs[name].flag), ...globals];
}

/** Its options behind which a value stands, short ones too. */
export function valuedOptions(command: Command): string[] {
  const own = (command.options ?? []).filter(({ flags }) => /[<[]/.test(flags));
  const settings = [...commonSettings, ...(command.settings ?? [])];
  return [
    '-d',
    ...own.map(({ flags }) => flags.split(' ')[0] ?? ''),
    ...settings.map((name) => settingSpecs[name].flag),
  ];
}
