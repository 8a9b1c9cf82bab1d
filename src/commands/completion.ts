import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import {
  type CompletionTable,
  completionScript,
  type Shell,
  shells,
} from '../output/completion.ts';
import { type Command, command } from './command.ts';
import { optionWords, valuedOptions } from './command-options.ts';

interface CompletionResult {
  readonly shell: Shell;
  readonly script: string;
}

/** The command that prints completion scripts for `others` and itself. */
export function completionOf(others: readonly Command[]): Command {
  const completion: Command = command<CompletionResult>({
    name: 'completion',
    summary: 'print the completion script of a shell: bash, zsh, fish',
    argument: { name: 'shell', help: shells.join(', '), required: true },
    examples: [['eval "$(jem-db completion bash)"', 'in ~/.bashrc']],
    run: async ({ argument = '' }) => {
      const shell = shells.find((each) => each === argument);
      if (!shell)
        throw new JemError('usage', `There is no completion for "${argument}"`, {
          hint: `The shells are ${shells.join(', ')}.${didYouMean(argument, shells)}`,
        });
      return { shell, script: completionScript(shell, tableOf([...others, completion])) };
    },
    render: ({ script }) => script,
  });
  return completion;
}

function tableOf(commands: readonly Command[]): CompletionTable {
  const table = new Map<string, string[]>([['', []]]);
  const valued = new Set(commands.flatMap(valuedOptions));
  const add = (path: string, word: string): void => {
    const words = table.get(path) ?? [];
    if (!words.includes(word)) words.push(word);
    table.set(path, words);
  };
  for (const each of commands) {
    const words = each.name.split(' ');
    for (const [index, word] of words.entries()) add(words.slice(0, index).join(' '), word);
    const options = optionWords(each);
    for (const word of options) add(each.name, word);
    if (each.byDefault) for (const word of options) add(words.slice(0, -1).join(' '), word);
  }
  for (const shell of shells) add('completion', shell);
  add('', '--help');
  add('', '--version');
  return { words: table, valued: [...valued] };
}
