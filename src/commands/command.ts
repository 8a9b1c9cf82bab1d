import { exitCodes } from '../errors.ts';
import type { Engine } from '../engines/engine.ts';
import type { Context } from './context.ts';
import type { Paint } from '../output/paint.ts';
import type { SettingName } from '../setting-specs.ts';

export interface ArgumentSpec {
  readonly name: string;
  readonly help: string;
  readonly required: boolean;
  /** Any number of them may stand there. */
  readonly many?: boolean;
}

export interface OptionSpec {
  /** As commander reads it: `--to <name>`, `--check`. */
  readonly flags: string;
  readonly help: string;
  /** May be given again, for one more value each time. */
  readonly repeatable?: boolean;
}

/** What the user typed, behind the command's own name. */
export interface Input {
  readonly argument: string | undefined;
  readonly secondArgument: string | undefined;
  readonly arguments: readonly string[];
  text(option: string): string | undefined;
  flag(option: string): boolean;
  /** The values of a repeatable option, in their order. */
  list(option: string): readonly string[];
  /** A whole number from 1; anything else is a usage error. */
  number(option: string): number | undefined;
}

/** One subcommand: declared here, done by one use case, rendered by a pure function. */
export interface CommandSpec<Result extends object> {
  /** `migrate up`; the first word is the noun. */
  readonly name: string;
  readonly summary: string;
  /** More words for `--help`, below the summary. */
  readonly description?: string;
  readonly argument?: ArgumentSpec;
  readonly secondArgument?: ArgumentSpec;
  readonly options?: readonly OptionSpec[];
  /** Settings whose flags this command takes besides the ones of every command. */
  readonly settings?: readonly SettingName[];
  /** Whole command lines, each with what it does. */
  readonly examples: readonly (readonly [line: string, effect: string])[];
  /** A bare noun runs this verb. */
  readonly byDefault?: boolean;
  /**
   * For a command that runs scripts or reads whole databases: the engine it will do that on; null
   * where it will not. Where a statement of that engine cannot be interrupted, `run` works in a
   * thread of its own. What it throws is not told: `run` will throw it again.
   */
  engine?(input: Input, context: Context): Promise<Engine | null>;
  /** `--quiet` prints nothing when all is well: cron mails every word. */
  readonly silentWhenWell?: boolean;
  run(input: Input, context: Context): Promise<Result>;
  /** Whether the answer is "no, it does not hold": exit code 1. */
  finding?(result: Result, input: Input): boolean;
  /** Instead of that, where whoever started it has codes of its own. */
  exitCode?(result: Result, input: Input): number;
  /** The result for people; it ends with a line break unless it is empty. */
  render(result: Result, paint: Paint, input: Input): string;
}

/** A finished run, whatever its command. */
export interface Outcome {
  readonly result: object;
  readonly exitCode: number;
  readonly render: (paint: Paint) => string;
}

export interface Command extends Omit<
  CommandSpec<never>,
  'run' | 'render' | 'finding' | 'exitCode'
> {
  execute(input: Input, context: Context): Promise<Outcome>;
}

function codeOf(finding: boolean): number {
  return (finding ? exitCodes.finding : exitCodes.done).code;
}

/** Closes over the result's type, so that commands of all kinds stand in one list. */
export function command<Result extends object>(spec: CommandSpec<Result>): Command {
  return {
    ...spec,
    async execute(input, context) {
      const result = await spec.run(input, context);
      return {
        result,
        exitCode: spec.exitCode?.(result, input) ?? codeOf(spec.finding?.(result, input) ?? false),
        render: (paint) => spec.render(result, paint, input),
      };
    },
  };
}
