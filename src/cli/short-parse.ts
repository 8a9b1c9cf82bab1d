import type { Command } from '../commands/command.ts';
import { commonSettings } from '../commands/command-options.ts';
import type { GlobalOptions, Parsed } from '../commands/program.ts';
import { type SettingName, settingSpecs } from '../setting-specs.ts';

const switches: Readonly<Record<string, keyof GlobalOptions>> = {
  '--json': 'json',
  '-q': 'quiet',
  '--quiet': 'quiet',
  '-v': 'verbose',
  '--verbose': 'verbose',
  '--no-color': 'noColor',
  '-y': 'yes',
  '--yes': 'yes',
};

/**
 * Reads a command line as commander does, as far as it is plain: the words of a command, its
 * arguments, its options. Null for all else, errors too: commander then says what is wrong.
 */
export function shortParse(argv: readonly string[], commands: readonly Command[]): Parsed | null {
  const command = commands.find(({ name }) => `${argv.join(' ')} `.startsWith(`${name} `));
  if (!command) return null;
  const flagged = settingsByFlag(command);
  const options = { json: false, quiet: false, verbose: false, noColor: false, yes: false };
  const flags: Partial<Record<SettingName, string>> = {};
  const given: Record<string, unknown> = {};
  const words: string[] = [];
  const rest = argv.slice(command.name.split(' ').length);
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [, flag = word, attached] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
    const setting = flagged.get(flag);
    const own = command.options?.find((one) => one.flags.split(' ')[0] === flag);
    const isValued = setting !== undefined || own?.flags.includes('<') === true;
    const value = isValued ? (attached ?? rest.shift()) : undefined;
    if (isValued ? value === undefined : attached !== undefined) return null;
    const global = switches[flag];
    if (setting !== undefined && value !== undefined) flags[setting] = value;
    else if (own) given[camelCase(flag)] = value ?? true;
    else if (global !== undefined) options[global] = true;
    else return null;
  }
  const wanted = [command.argument, command.secondArgument].filter((one) => one !== undefined);
  if (words.length !== wanted.length) return null;
  return { kind: 'run', invocation: { command, typed: { words, given }, flags, options } };
}

function settingsByFlag({ settings = [] }: Command): Map<string, SettingName> {
  const byFlag = [...commonSettings, ...settings].map(
    (name) => [settingSpecs[name].flag, name] as const,
  );
  return new Map<string, SettingName>([['-d', 'database'], ...byFlag]);
}

function camelCase(flag: string): string {
  return flag.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
