import type { WriteStream } from 'node:tty';
import { type ColourWishes, type Paint, paintFor, wantsColour } from './paint.ts';
import { renderError } from './error.ts';
import { newScreen } from './screen.ts';
import { labelled } from './text.ts';
import type { JemError } from '../errors.ts';

export interface TerminalOptions extends ColourWishes {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>;
  readonly stderr: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
}

/** Both streams of the command line: the result alone on stdout, all else on stderr. */
export interface Terminal {
  /** Writes the result and waits until the stream has taken it. */
  result(render: (paint: Paint) => string): Promise<void>;
  /**
   * Shows a text on stdout instead of the one before, until something else is told; nothing with
   * `--json`, which is one document. False: nobody reads any more.
   */
  draw(render: (paint: Paint) => string): Promise<boolean>;
  note(text: string): void;
  /** A note that only `--verbose` shows. */
  detail(text: string): void;
  warning(text: string): void;
  /** A warning that even `--quiet` must not swallow. */
  alarm(text: string): void;
  error(error: JemError): Promise<void>;
  /** Writes to stderr as it is what others than jem-db say. */
  aside(text: string): void;
  /** Shows what is going on until `done`; a moving line on a terminal, nothing elsewhere. */
  progress(text: string): void;
  done(): void;
  /** Whether progress is shown at all. */
  moves(): boolean;
  /** Whether the result is to be coloured. */
  colour(): boolean;
}

interface Spinner {
  text: string;
  stop(): unknown;
}

/**
 * A spinner runs only where stderr is a terminal with a width: ora fills the disk on one without,
 * and writes escape codes into pipes.
 */
function maySpin(streams: OutputStreams, options: TerminalOptions): boolean {
  return (
    !options.json &&
    !options.quiet &&
    !options.env['CI'] &&
    options.env['TERM'] !== 'dumb' &&
    streams.stderr.isTTY === true &&
    (streams.stderr.columns ?? 0) > 0
  );
}

export function openTerminal(streams: OutputStreams, options: TerminalOptions): Terminal {
  let spinner: Spinner | null = null;
  let latest: string | null = null;
  const screen = newScreen(streams.stdout);

  const stop = (): void => {
    latest = null;
    spinner?.stop();
    spinner = null;
    const end = screen.end();
    if (end) heard(streams.stdout).write(end);
  };
  // Loaded late: most commands end before there is anything to animate.
  const spin = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (latest === null || spinner) return;
    spinner = ora({ text: latest, stream: streams.stderr, discardStdin: false }).start();
  };
  const say = (text: string): void => {
    const running = latest;
    stop();
    heard(streams.stderr).write(text);
    if (running !== null) terminal.progress(running);
  };
  const paintErr = (): Promise<Paint> => paintFor(wantsColour(streams.stderr, options));

  const terminal: Terminal = {
    async result(render) {
      stop();
      const text = render(await paintFor(terminal.colour()));
      if (text) await write(streams.stdout, text);
    },
    async draw(render) {
      if (options.json) return true;
      const text = render(await paintFor(terminal.colour()));
      return write(streams.stdout, screen.frame(text));
    },
    note(text) {
      if (!options.quiet) say(`${labelled('', text)}\n`);
    },
    detail(text) {
      if (options.verbose) terminal.note(text);
    },
    warning(text) {
      if (!options.quiet) terminal.alarm(text);
    },
    alarm(text) {
      say(`${labelled('warning: ', text)}\n`);
    },
    async error(error) {
      stop();
      await write(streams.stderr, renderError(error, await paintErr(), options.verbose));
    },
    aside: say,
    progress(text) {
      if (!terminal.moves()) return;
      if (latest === null) setTimeout(() => void spin(), 150).unref();
      latest = text;
      if (spinner) spinner.text = text;
    },
    done: stop,
    moves: () => maySpin(streams, options),
    colour: () => !options.json && wantsColour(streams.stdout, options),
  };
  return terminal;
}

/** Without a listener Node would throw what the writer is told anyway; opens the stream only here. */
function heard<T extends NodeJS.WritableStream>(stream: T): T {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
}

/** False: nobody reads any more. */
function write(stream: NodeJS.WritableStream, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // A reader that has seen enough (`| head`) is no failure.
    const done = (error?: NodeJS.ErrnoException | null): void =>
      error && error.code !== 'EPIPE' ? reject(error) : resolve(!error);
    heard(stream).write(text, done);
  });
}
