import { homedir, userInfo } from 'node:os';
import { commands } from './commands/all.ts';
import type { Command, Outcome } from './commands/command.ts';
import type { Context, Report } from './commands/context.ts';
import { type GlobalOptions, type Invocation, parse } from './commands/program.ts';
import type { Environment, Warning } from './engines/engine.ts';
import { exitCodes, Interrupted, JemError } from './errors.ts';
import { confirm } from './output/confirm.ts';
import { type Envelope, errorDocument, type TargetSummary } from './output/envelope.ts';
import { openTerminal, type Terminal } from './output/terminal.ts';
import { withoutSecrets } from './secrets.ts';
import { loadSettings } from './settings.ts';
import { version } from './version.ts';

/** Runs the command line of this process and sets its exit code. */
export function main(): void {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      const reason = new Interrupted(signal);
      if (controller.signal.aborted) process.exit(reason.exitCode);
      controller.abort(reason);
    });
  const leave = guardEnd(controller);
  run(process.argv.slice(2), controller.signal).then(leave, (error: unknown) => {
    console.error(error);
    leave(exitCodes.bug.code);
  });
}

/** How long what a migration has left open (a timer, a pool) may hold the process up. */
const graceMs = 500;

/**
 * The code of JavaScript migrations runs in this process: it must not write into the result, nor
 * end the run as if all were well. Returns what ends it with an exit code.
 */
function guardEnd(controller: AbortController): (code: number) => void {
  let ended = false;
  // Not a Console of its own: that would open stderr at every start.
  for (const method of ['log', 'info', 'debug', 'dir', 'table'] as const)
    console[method] = (...words: unknown[]) => console.error(...words);
  const stop = (message: string, cause?: unknown): void =>
    controller.abort(
      new JemError('internal', message, {
        why: 'A JavaScript migration has not awaited something; if there is none, this is a bug in jem-db.',
        hint: 'Await every promise in it; else please report it, with the lines above, to the project’s issue tracker.',
        cause,
      }),
    );
  process.on('uncaughtException', (error: unknown) => {
    if (ended) return;
    const message = error instanceof Error ? error.message : String(error);
    stop(`An error that nobody waited for: ${message}`, error);
  });
  process.on('beforeExit', () => {
    if (!ended) stop('The run waits for something that will never happen');
  });
  process.on('exit', (code) => {
    if (!ended && code === exitCodes.done.code) process.exitCode = exitCodes.bug.code;
  });
  return (code) => {
    ended = true;
    process.exitCode = code;
    setTimeout(() => process.exit(), graceMs).unref();
  };
}

/** What one run tells: gathered while it runs, printed once at its end. */
interface Run {
  readonly startedAt: Date;
  command: string;
  target: TargetSummary | null;
  readonly warnings: Warning[];
}

async function run(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const started: Run = { startedAt: new Date(), command: '', target: null, warnings: [] };
  let options = optionsBeforeParsing(argv);
  const terminalOf = (): Terminal => openTerminal(process, { ...options, env: process.env });
  let terminal = terminalOf();
  try {
    const parsed = parse(commands, version, argv);
    if (parsed.kind === 'help') {
      await written(terminal.result(() => parsed.text));
      return exitCodes.done.code;
    }
    const { invocation } = parsed;
    started.command = invocation.command.name;
    options = invocation.options;
    terminal = terminalOf();
    const outcome = await execute(invocation, started, terminal, signal);
    return await finish(invocation.command, outcome, started, options, terminal);
  } catch (error) {
    return await fail(asJemError(error, signal), error, started, options, terminal);
  }
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

async function execute(
  { command, input, flags, options }: Invocation,
  started: Run,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Outcome> {
  const loaded = loadSettings({ flags, env: process.env, cwd: process.cwd() });
  const report = reportTo(started, terminal);
  for (const warning of loaded.warnings) report.warn(warning);
  const context: Context = {
    settings: loaded.settings,
    environment: environmentOf(loaded.env),
    program: [process.execPath, process.argv[1] ?? ''],
    signal,
    report,
    confirm: (question, shown = '') => {
      terminal.done();
      return confirm(question, process, { ...options, signal, shown });
    },
  };
  return command.execute(input, context);
}

function environmentOf(env: Environment['env']): Environment {
  return {
    env,
    cwd: process.cwd(),
    home: env['HOME'] ?? homedir(),
    get user() {
      return userInfo().username;
    },
  };
}

function reportTo(started: Run, terminal: Terminal): Report {
  return {
    get warnings() {
      return started.warnings;
    },
    get target() {
      return started.target;
    },
    warn(warning) {
      started.warnings.push(warning);
      terminal.warning(warning.message);
    },
    note: (text) => terminal.note(text),
    detail: (text) => terminal.detail(text),
    progress: (text) => terminal.progress(text),
    aim(target) {
      started.target = target;
    },
  };
}

async function finish(
  { silentWhenWell }: Command,
  outcome: Outcome,
  started: Run,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  const code = outcome.finding ? exitCodes.finding.code : exitCodes.done.code;
  if (options.json)
    await print(
      terminal,
      envelope(started, { ok: code === 0, exitCode: code, result: outcome.result, error: null }),
    );
  else if (options.quiet && silentWhenWell && !outcome.finding) terminal.done();
  else await written(terminal.result(outcome.render));
  return code;
}

/** The ONE catch: every failure of every command becomes its exit code and its words here. */
async function fail(
  error: JemError,
  thrown: unknown,
  started: Run,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<number> {
  const code = error.exitCode;
  if (code === exitCodes.bug.code) reportBug(thrown, started);
  if (options.json) {
    const result = error.details.result ?? {};
    const ending = { ok: false, exitCode: code, result, error: errorDocument(error) };
    await print(terminal, envelope(started, ending)).catch((lost: JemError) =>
      terminal.error(lost).catch(unheard),
    );
  } else {
    await terminal.error(error).catch(unheard);
  }
  return code;
}

/** Where stderr is full or closed the exit code alone tells; it must stay that of the error. */
function unheard(): void {}

type Ending = Pick<Envelope, 'ok' | 'exitCode' | 'result' | 'error'>;

function envelope(started: Run, ending: Ending): Envelope {
  return {
    schema: 'jem-db/1',
    command: started.command,
    ok: ending.ok,
    exitCode: ending.exitCode,
    target: started.target,
    result: ending.result,
    warnings: started.warnings,
    error: ending.error,
    startedAt: started.startedAt.toISOString(),
    durationMs: Date.now() - started.startedAt.getTime(),
  };
}

function print(terminal: Terminal, document: Envelope): Promise<void> {
  return written(terminal.result(() => `${JSON.stringify(document, null, 2)}\n`));
}

async function written(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('output-failed', `The result could not be written to stdout (${code})`, {
      why: 'The disk is full, or the place that stdout was sent to cannot be written.',
      hint: 'What the command did is done; run it again, or ask for the status, to see the result.',
      cause: error,
    });
  }
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

function reportBug(thrown: unknown, started: Run): void {
  let origin = thrown;
  while (origin instanceof JemError && origin.details.cause) origin = origin.details.cause;
  const stack = origin instanceof Error ? origin.stack : String(origin);
  console.error(
    `jem-db ${version}, Node.js ${process.version}, ${process.platform}, ` +
      `command: ${started.command || '(none)'}\n${withoutSecrets(stack ?? '')}`,
  );
}
