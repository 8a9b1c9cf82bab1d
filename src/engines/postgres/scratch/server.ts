import { once } from 'node:events';
import { join } from 'node:path';
import { startProgram, type OsUser } from '../programs.ts';
import { untilAborted } from '../until-aborted.ts';
import { port } from './folders.ts';
import { lastLines } from './log.ts';

/**
 * Waits for the end of its standard input, which comes when jem-db closes it and also when jem-db
 * is killed; then ends the server and removes its folder, unless it was told a word before. It lets go of the pipe for errors, so
 * that the pipe's end tells of the server's.
 */
const watcher = `
folder=$1; shift
"$@" < /dev/null & server=$!
trap '' TERM INT HUP
exec 2> /dev/null
read -r word
kill -QUIT "$server"
wait "$server"
[ -n "$word" ] || { cd / && rm -rf "$folder"; }
`;

/** Only what must hold before the cluster's own configuration is read, or differs by run. */
export interface ServerOptions {
  readonly bin: string;
  /** Holds `data`, and will hold the socket. */
  readonly folder: string;
  readonly user: OsUser;
  /** `name=value`. */
  readonly settings: readonly string[];
  readonly signal: AbortSignal;
  /** Told all that it writes. */
  readonly onLog?: (text: string) => void;
}

export interface Server extends AsyncDisposable {
  /** Resolves to null when it accepts connections, or to its last words. Throws the signal's reason. */
  readonly ready: Promise<string | null>;
  /** Ends it, and leaves its folder for another one to be started there. */
  leave(): Promise<void>;
}

/**
 * Starts a server on a socket in its folder. It ends, and the folder is gone, when it is disposed
 * of or when this process ends, however that happens. Disposing never throws.
 */
export function startServer(options: ServerOptions): Server {
  const { bin, folder, user, settings, signal, onLog } = options;
  const program = [
    join(bin, 'postgres'),
    '-D',
    join(folder, 'data'),
    '-k',
    folder,
    '-p',
    `${port}`,
  ];
  const more = settings.flatMap((setting) => ['-c', setting]);
  const child = startProgram('/bin/sh', ['-c', watcher, 'sh', folder, ...program, ...more], {
    user,
    cwd: folder,
    env: { TZ: 'UTC', LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  });
  const ended = once(child, 'exit').then(
    () => {},
    () => {},
  );
  // It may be gone already, and says so by other ways.
  child.stdin?.on('error', () => {});
  const end = async (word?: string): Promise<void> => {
    if (word === undefined) child.stdin?.end();
    else child.stdin?.end(word);
    child.stderr?.resume();
    await ended;
  };
  return {
    ready: untilAborted(readiness(child.stderr, onLog), signal),
    leave: () => end('stay\n'),
    [Symbol.asyncDispose]: () => end(),
  };
}

/** The server says when it is ready: nobody needs to ask again and again. */
function readiness(
  stderr: NodeJS.ReadableStream | null,
  onLog: (text: string) => void = () => {},
): Promise<string | null> {
  return new Promise((resolve) => {
    let log = '';
    stderr?.setEncoding('utf8');
    stderr?.on('data', (text: string) => {
      onLog(text);
      log = (log + text).slice(-8000);
      if (log.includes('ready to accept connections')) resolve(null);
    });
    stderr?.on('end', () => resolve(lastLines(log) ?? 'It ended without a word.'));
    if (stderr === null) resolve('Its output could not be read.');
  });
}
