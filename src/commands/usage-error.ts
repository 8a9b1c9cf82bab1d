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
  const named = namedBy(words, program);
  const line = ['jem-db', ...named.map((each) => each.name())].join(' ');
  if (!error || error.code === 'commander.help')
    return new JemError('usage', 'No command was named', {
      hint: `The commands are ${program.commands.map((each) => each.name()).join(', ')}: \`jem-db --help\` tells of them.`,
    });
  const stray = strayWord(error, words, named);
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

/** The commands that the first words name, from the top down. */
function namedBy(words: readonly string[], above: Commander): readonly Commander[] {
  const [word, ...rest] = words;
  const found = above.commands.find((each) => each.name() === word);
  return found ? [found, ...namedBy(rest, found)] : [];
}

/** A word that stands where a command should, or null where the trouble is another. */
function strayWord(
  { code }: CommanderError,
  words: readonly string[],
  named: readonly Commander[],
): string | null {
  const noun = named.at(-1);
  if (!noun) return code === 'commander.unknownCommand' ? (words[0] ?? null) : null;
  const wrong = code === 'commander.excessArguments' || code === 'commander.unknownCommand';
  return wrong && noun.commands.length > 0 ? (words[named.length] ?? null) : null;
}

/** `migrate` → `migrate`, `status` → `migrate status`: who types a verb alone means it too. */
function commandsByWord(program: Commander): Map<string, string> {
  const below = (above: Commander, before: readonly string[]): (readonly string[])[] =>
    above.commands.flatMap((each) => {
      const words = [...before, each.name()];
      return [words, ...below(each, words)];
    });
  // What stands higher is meant rather.
  const deepFirst = below(program, []).toSorted((one, other) => other.length - one.length);
  return new Map(deepFirst.map((words) => [words.at(-1) ?? '', words.join(' ')]));
}
