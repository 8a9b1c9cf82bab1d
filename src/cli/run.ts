import type { Command, Input, Outcome } from '../commands/command.ts';
import type { Context, Report } from '../commands/context.ts';
import { inputOf } from '../commands/input.ts';
import type { GlobalOptions, Invocation, Parsed } from '../commands/program.ts';
import { exitCodes, type ExitReader, Interrupted, JemError } from '../errors.ts';
import { confirm } from '../output/confirm.ts';
import { openTerminal, type Terminal } from '../output/terminal.ts';
import { withoutSecrets } from '../secrets.ts';
import { loadSettings } from '../settings.ts';
import type { executeApart } from './apart.ts';
import { environmentOf, readOnce } from './context.ts';
import { fail, finish, type Run, written } from './telling.ts';

/** A run of which nothing is known but its arguments. */
export function newRun(argv: readonly string[]): Run {
  const options = optionsBeforeParsing(argv);
  return {
    startedAt: new Date(),
    command: '',
    options,
    terminal: terminalFor(options),
    target: null,
    warnings: [],
    apart: false,
    exitReader: exitReaderOf(argv.join(' ')),
    told: false,
  };
}

function exitReaderOf(line: string): ExitReader {
  if (/(^| )backup wal fetch( |$)/.test(line)) return 'restore_command';
  return /(^| )--format[ =]nagios( |$)/.test(line) ? 'monitoring plugin' : 'operator';
}

/** How a command line is read, and how one that would block is worked on in a thread of its own. */
export interface Program {
  parse(): Parsed;
  /** Absent where no command needs it. */
  apart?(): Promise<{ readonly executeApart: typeof executeApart }>;
}

/**
 * Runs the command line that `program` reads, and returns its exit code when everything is told. Holds
 * the ONE catch.
 */
export async function execute(run: Run, program: Program, signal: AbortSignal): Promise<number> {
  try {
    const parsed = program.parse();
    if (parsed.kind === 'help') {
      await written(run.terminal.result(() => parsed.text));
      return exitCodes.done.code;
    }
    const { command, options } = parsed.invocation;
    run.command = command.name;
    run.options = options;
    run.terminal = terminalFor(options);
    return await finish(run, command, await outcomeOf(run, parsed.invocation, signal, program));
  } catch (error) {
    return fail(run, asJemError(error, signal), error);
  }
}

function terminalFor(options: GlobalOptions): Terminal {
  return openTerminal(process, { ...options, env: process.env });
}

/** An error in the arguments is reported the way they ask for, as far as they can be read. */
function optionsBeforeParsing(argv: readonly string[]): GlobalOptions {
  const has = (...words: string[]): boolean => words.some((word) => argv.includes(word));
  return {
    json: has('--json'),
    quiet: has('-q', '--quiet'),
    verbose: has('-v', '--verbose'),
    noColor: has('--no-color'),
    yes: false,
  };
}

async function outcomeOf(
  run: Run,
  { command, typed, flags, options }: Invocation,
  signal: AbortSignal,
  { apart }: Program,
): Promise<Outcome> {
  const { settings, env, warnings } = loadSettings({ flags, env: process.env, cwd: process.cwd() });
  const { terminal } = run;
  const report = reportTo(run);
  for (const warning of warnings) report.warn(warning);
  const texts = new Map<string, string>();
  const context: Context = {
    settings,
    environment: environmentOf(env),
    program: [process.execPath, process.argv[1] ?? ''],
    signal,
    report,
    read: readOnce(texts),
    confirm: (question, shown = '') => {
      terminal.done();
      return confirm(question, process, { ...options, signal, shown });
    },
  };
  const input = inputOf(typed);
  if (!apart || !(await blocks(command, input, context))) return command.execute(input, context);
  run.apart = true;
  const { executeApart } = await apart();
  const colour = terminal.colour() ? 'coloured text' : 'text';
  const form = options.json ? 'json' : colour;
  const progress = terminal.moves();
  const task = { command: command.name, typed, settings, env, texts, form, progress } as const;
  return executeApart(task, { ...context, onWords: (text) => terminal.aside(text) });
}

/** Whether what a command is about to do would keep the thread from serving signals. */
async function blocks(command: Command, input: Input, context: Context): Promise<boolean> {
  const engine = await command.engine?.(input, context).catch(() => null);
  return engine?.supports.interrupt === false;
}

/** Codes of warnings by which a job under cron is not well, though it did what it was told. */
const evenIfQuiet: ReadonlySet<string> = new Set(['backup-empty', 'alert-failed']);

function reportTo(run: Run): Report {
  const { terminal, warnings } = run;
  return {
    get target() {
      return run.target;
    },
    warn(warning) {
      warnings.push(warning);
      if (evenIfQuiet.has(warning.code)) terminal.alarm(warning.message);
      else terminal.warning(warning.message);
    },
    note: (text) => terminal.note(text),
    detail: (text) => terminal.detail(text),
    progress: (text) => terminal.progress(text),
    draw: (render) => terminal.draw(render),
    aim(target) {
      run.target = target;
    },
  };
}

function asJemError(error: unknown, signal: AbortSignal): JemError {
  if (signal.aborted && signal.reason instanceof Interrupted && !(error instanceof Interrupted))
    return error instanceof JemError ? signal.reason.with(error.details) : signal.reason;
  if (error instanceof JemError) return error;
  const message = withoutSecrets(error instanceof Error ? error.message : String(error));
  return new JemError('internal', `A bug in jem-db: ${message}`, {
    hint: 'Please report it, with the lines above, to the project’s issue tracker.',
    cause: error,
  });
}
