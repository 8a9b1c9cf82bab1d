import { type Argument, Command as Commander, CommanderError, Option } from 'commander';
import { exitCodes } from '../errors.ts';
import { type SettingName, settingSpecs } from '../setting-specs.ts';
import type { Command } from './command.ts';
import { commonSettings } from './command-options.ts';
import type { Typed } from './input.ts';
import { usageError } from './usage-error.ts';

const nouns: Readonly<Record<string, string>> = {
  migrate: 'apply, revert and look after migrations',
  schema: 'is the database what its migrations produce?',
  health: 'is it well? checks, slow queries, settings, endpoints',
  backup: 'backups that can be proved, and what becomes of them',
  pool: 'a connection pooler in front of the server (PostgreSQL)',
  'backup wal': 'the archive of the write-ahead log (PostgreSQL)',
  roles: 'roles with the least rights for their work (PostgreSQL)',
};

/** What `--help` at the top says below the commands. */
const afterwards = `
Settings: flag > JEM_DB_* > DATABASE_URL > jem-db.json > default; a .env file
fills what the environment lacks. No database named: SQLite file ./jem.db.
\`jem-db config\` shows every setting and where it came from.

Exit codes:
${Object.values(exitCodes)
  .map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`)
  .join('\n')}
  182, 183, 184 and 250 are 2, 3, 4 and 70 of \`backup wal fetch\` alone.

Examples:
  jem-db migrate                    apply what is pending to ./jem.db
  jem-db migrate -d postgres://app@db.example/app?sslmode=verify-full
  jem-db migrate status --check     exit 1 when anything is not as it should be
  jem-db backup --verify            back ./jem.db up into ./backups, and prove it
`;

/** The options of every command, parsed. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly yes: boolean;
}

/** A parsed command line that names one command. */
export interface Invocation {
  readonly command: Command;
  readonly typed: Typed;
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly options: GlobalOptions;
}

export type Parsed =
  | { readonly kind: 'run'; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly text: string };

/** The commander program of all commands; `onRun` is told of the one that was named. */
function buildProgram(
  commands: readonly Command[],
  version: string,
  onRun: (invocation: Invocation) => void,
): Commander {
  const program = new Commander('jem-db')
    .description(
      'One command line for the whole life of an application’s database,\nthe same on SQLite and PostgreSQL.',
    )
    .version(version, '--version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, helpWidth: 80, visibleCommands, subcommandTerm })
    .addHelpText('after', afterwards);
  addGlobalOptions(program);
  const parents = new Map<string, Commander>([['', program]]);
  const parentOf = (nouns: readonly string[]): Commander => {
    const name = nouns.join(' ');
    const known = parents.get(name);
    if (known) return known;
    const made = nounOf(parentOf(nouns.slice(0, -1)), name);
    parents.set(name, made);
    return made;
  };
  for (const command of commands) {
    const words = command.name.split(' ');
    const isDefault = command.byDefault === true;
    const verb = words.at(-1) ?? '';
    declare(parentOf(words.slice(0, -1)).command(verb, { isDefault }), command, onRun);
  }
  return program;
}

function nounOf(parent: Commander, name: string): Commander {
  const noun = parent
    .command(name.split(' ').at(-1) ?? '')
    .description(nouns[name] ?? '')
    .helpCommand(false);
  return noun.addHelpText('after', () => {
    const byDefault = defaultOf(noun);
    return `\nWithout a command: jem-db ${name} ${byDefault}\nExamples: jem-db ${name} ${byDefault} --help`;
  });
}

/** Commander does not tell which one it is. */
function defaultOf(noun: Commander): string {
  return noun.commands.find((each) => defaults.has(each))?.name() ?? '';
}

const defaults = new WeakSet<Commander>();

/** The top lists every verb, so that one look shows all that can be done. */
function visibleCommands(program: Commander): Commander[] {
  return program.parent ? [...program.commands] : verbsOf(program);
}

function verbsOf(noun: Commander): Commander[] {
  return noun.commands.flatMap((each) => (each.commands.length > 0 ? verbsOf(each) : [each]));
}

function subcommandTerm(command: Commander): string {
  return [
    ...nounsAbove(command),
    command.name(),
    ...command.registeredArguments.map(argumentTerm),
  ].join(' ');
}

function nounsAbove({ parent }: Commander): string[] {
  return parent?.parent ? [...nounsAbove(parent), parent.name()] : [];
}

function argumentTerm(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function addGlobalOptions(program: Commander): void {
  for (const name of commonSettings) program.addOption(settingOption(name));
  program
    .option('--json', 'print one JSON document on stdout')
    .option('-q, --quiet', 'print the result alone; nothing when all is well, where cron calls')
    .option('-v, --verbose', 'print more, data in errors included')
    .option('--no-color', 'print without colour')
    .option('-y, --yes', 'answer questions with yes');
}

function settingOption(name: SettingName): Option {
  const { flag, placeholder, help, fallback } = settingSpecs[name];
  const byDefault = fallback === null ? '' : ` (default: ${fallback})`;
  const short = name === 'database' ? '-d, ' : '';
  return new Option(`${short}${flag} <${placeholder.toLowerCase()}>`, help + byDefault);
}

function declare(
  target: Commander,
  command: Command,
  onRun: (invocation: Invocation) => void,
): void {
  if (command.byDefault) defaults.add(target);
  target.summary(command.summary);
  target.description([command.summary, command.description].filter(Boolean).join('\n\n'));
  for (const argument of [command.argument, command.secondArgument])
    if (argument) {
      const name = argument.many ? `${argument.name}...` : argument.name;
      target.argument(argument.required ? `<${name}>` : `[${name}]`, argument.help);
    }
  for (const { flags, help, repeatable } of command.options ?? [])
    if (repeatable) target.option(flags, help, oneMore);
    else target.option(flags, help);
  for (const name of command.settings ?? []) target.addOption(settingOption(name));
  const examples = command.examples.map(([line, effect]) => `  ${line}\n      ${effect}`);
  target.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  target.action(() => {
    const given: Record<string, unknown> = target.optsWithGlobals();
    onRun({
      command,
      typed: { words: target.args, given },
      flags: flagsOf(given),
      options: {
        json: given['json'] === true,
        quiet: given['quiet'] === true,
        verbose: given['verbose'] === true,
        noColor: given['color'] === false,
        yes: given['yes'] === true,
      },
    });
  });
}

function oneMore(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function flagsOf(given: Record<string, unknown>): Partial<Record<SettingName, string>> {
  const names = Object.keys(settingSpecs) as SettingName[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = given[settingOption(name).attributeName()];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
}

/**
 * Parses the arguments behind `jem-db`. Throws `usage` with a suggestion for a near miss.
 */
export function parse(
  commands: readonly Command[],
  version: string,
  argv: readonly string[],
): Parsed {
  let invocation: Invocation | null = null;
  let text = '';
  const onRun = (found: Invocation): void => {
    invocation = found;
  };
  const program = buildProgram(namedIn(argv, commands), version, onRun);
  for (const each of withAllBelow(program))
    each.exitOverride().configureOutput({
      writeOut: (part) => (text += part),
      writeErr: (part) => (text += part),
      outputError: () => {},
    });
  try {
    program.parse(helpAsOption(argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'help', text };
    throw usageError(error, buildProgram(commands, version, onRun), argv);
  }
  if (invocation) return { kind: 'run', invocation };
  throw usageError(null, program, argv);
}

function withAllBelow(command: Commander): Commander[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

/** The one command that the first words name, so that no other is built; else all of them. */
function namedIn(argv: readonly string[], commands: readonly Command[]): readonly Command[] {
  const typed = `${argv.slice(0, 3).join(' ')} `;
  const named = commands.find(({ name }) => typed.startsWith(`${name} `));
  return named ? [named] : commands;
}

/** commander's `help A B` prints the help of A: read it as `A B --help`. */
function helpAsOption(argv: readonly string[]): string[] {
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
}
