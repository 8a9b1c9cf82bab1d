import type { Command as Commander, CommanderError } from 'commander';
import { JemError } from '../errors.ts';
import { nearMiss } from '../near-miss.ts';

/**
 * What commander refused, as an error of the catalogue: with the name that was probably meant and
 * the help of the command that was named. `error` is null where no command was named.
 */
export function usageError(
  error: CommanderError | null,
  program: Commander,
  argv: readonly string[],
): JemError {
  const words = argv.filter((word) => !word.startsWith('-'));
  const noun = program.commands.find((each) => each.name() === words[0]);
  const verb = noun?.commands.find((each) => each.name() === words[1]);
  const line = ['jem-db', noun?.name(), verb?.name()].filter(Boolean).join(' ');
  if (!error || error.code === 'commander.help')
    return new JemError('usage', 'No command was named', {
      hint: `The commands are ${program.commands.map((each) => each.name()).join(', ')}: \`jem-db --help\` tells of them.`,
    });
  const stray = strayWord(error, words, noun);
  if (stray !== null) {
    const meant = nearMiss(stray, commandsByWord(program).keys());
    const command = meant === null ? null : commandsByWord(program).get(meant);
    return new JemError('usage', `There is no command "${line} ${stray}"`, {
      hint: command
        ? `Did you mean \`jem-db ${command}\`?`
        : `\`${line} --help\` shows the commands.`,
    });
  }
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const meant = suggestion?.replace(/^\(|\)$/g, '') ?? '';
  return new JemError(
    'usage',
    first.replace(/^./, (letter) => letter.toUpperCase()),
    {
      hint: `${meant} \`${line} --help\` shows what it takes.`.trim(),
    },
  );
}

/** A word that stands where a command should, or null where the trouble is another. */
function strayWord(
  { code }: CommanderError,
  words: readonly string[],
  noun: Commander | undefined,
): string | null {
  if (!noun) return code === 'commander.unknownCommand' ? (words[0] ?? null) : null;
  const [, second] = words;
  const isVerb = noun.commands.some((each) => each.name() === second);
  const wrong = code === 'commander.excessArguments' || code === 'commander.unknownCommand';
  return wrong && noun.commands.length > 0 && second && !isVerb ? second : null;
}

/** `migrate` → `migrate`, `status` → `migrate status`: who types a verb alone means it too. */
function commandsByWord(program: Commander): Map<string, string> {
  const found = new Map<string, string>();
  for (const noun of program.commands)
    for (const verb of noun.commands) found.set(verb.name(), `${noun.name()} ${verb.name()}`);
  for (const noun of program.commands) found.set(noun.name(), noun.name());
  return found;
}
