import type { WriteStream } from 'node:tty';
import { type ColourWishes, type Paint, paintFor, wantsColour } from './paint.ts';
import { renderError } from './error.ts';
import { labelled } from './text.ts';
import type { JemError } from '../errors.ts';

export interface TerminalOptions extends ColourWishes {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export interface OutputStreams {
  readonly stdout: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
  readonly stderr: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;
}

/** Both streams of the command line: the result alone on stdout, all else on stderr. */
export interface Terminal {
  /** Writes the result and waits until the stream has taken it. */
  result(render: (paint: Paint) => string): Promise<void>;
  note(text: string): void;
  /** A note that only `--verbose` shows. */
  detail(text: string): void;
  warning(text: string): void;
  error(error: JemError): Promise<void>;
  /** Shows what is going on until `done`; a moving line on a terminal, nothing elsewhere. */
  progress(text: string): void;
  done(): void;
}

const clearLine = '\r\u001b[2K';

interface Spinner {
  text: string;
  render(): unknown;
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

  let still = false;

  const clear = (): void => {
    if (still) streams.stderr.write(clearLine);
    still = false;
  };
  const stop = (): void => {
    latest = null;
    clear();
    spinner?.stop();
    spinner = null;
  };
  // What is about to be done may keep the whole process busy, SQLite's work for one: nothing moves
  // then, nor appears later.
  const show = (text: string): void => {
    if (spinner) {
      spinner.text = text;
      spinner.render();
      return;
    }
    const width = (streams.stderr.columns ?? 0) - 3;
    heard(streams.stderr).write(`${clearLine}- ${text.slice(0, Math.max(width, 0))}`);
    still = true;
  };
  // Loaded late: most commands end before there is anything to animate.
  const spin = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    if (latest === null || spinner) return;
    clear();
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
      const text = render(await paintFor(!options.json && wantsColour(streams.stdout, options)));
      if (text) await write(streams.stdout, text);
    },
    note(text) {
      if (!options.quiet) say(`${labelled('', text)}\n`);
    },
    detail(text) {
      if (options.verbose) terminal.note(text);
    },
    warning(text) {
      if (!options.quiet) say(`${labelled('warning: ', text)}\n`);
    },
    async error(error) {
      stop();
      await write(streams.stderr, renderError(error, await paintErr(), options.verbose));
    },
    progress(text) {
      if (!maySpin(streams, options)) return;
      const first = latest === null;
      latest = text;
      if (first) setTimeout(() => void spin(), 150).unref();
      else show(text);
    },
    done: stop,
  };
  return terminal;
}

/** Without a listener Node would throw what the writer is told anyway; opens the stream only here. */
function heard<T extends NodeJS.WritableStream>(stream: T): T {
  if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  return stream;
}

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // A reader that has seen enough (`| head`) is no failure.
    const done = (error?: NodeJS.ErrnoException | null): void =>
      error && error.code !== 'EPIPE' ? reject(error) : resolve();
    heard(stream).write(text, done);
  });
}
