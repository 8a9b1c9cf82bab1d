import { JemError } from '../errors.ts';
import type { Input } from './command.ts';

/** What commander has read behind a command's name: plain data. */
export interface Typed {
  readonly words: readonly string[];
  /** Values of the options by their names in camel case. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** What was typed, as a command asks for it. */
export function inputOf({ words, given }: Typed): Input {
  const [argument, secondArgument] = words;
  const text = (option: string): string | undefined => {
    const value = given[option];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    argument,
    secondArgument,
    arguments: words,
    text,
    list(option) {
      const value = given[option];
      return Array.isArray(value) ? value.map(String) : [];
    },
    flag: (option) => given[option] === true,
    number(option) {
      const value = text(option);
      if (value === undefined) return undefined;
      if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
      const flag = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new JemError('usage', `--${flag} takes a whole number from 1, not "${value}"`);
    },
  };
}
