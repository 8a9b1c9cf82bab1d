import { close, constants, open, write } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { JemError } from '../../../errors.ts';
import { parseWalName, segmentName, segmentNumber } from '../../../wal-names.ts';
import type { ScratchRecovery } from '../../recovering.ts';
import { type OsUser, runProgram } from '../programs.ts';

/** Brings a throwaway server the log that it asks for. Disposing of it ends that. */
export interface Feed extends AsyncDisposable {
  /** For its configuration. */
  readonly restoreCommand: string;
  /** What went wrong; null: nothing. */
  readonly failure: () => unknown;
}

export interface FeedOptions extends Pick<ScratchRecovery, 'fetch'> {
  /** Holds `data`, and belongs to the server's user. */
  readonly folder: string;
  readonly user: OsUser;
  readonly segmentBytes: number;
  readonly signal: AbortSignal;
  readonly onFile: (file: string) => void;
}

/** Segments that are brought before they are asked for. */
const lookahead = 2;

/**
 * Answers the server's restore_command from this process, which may read the repository where the
 * server's user may not, and begins with the next segments meanwhile. They talk through two pipes
 * in the server's folder; a failure ends with more than 125, which stops the recovery.
 */
export async function openFeed(options: FeedOptions): Promise<Feed> {
  const { folder, user, signal } = options;
  const place = join(folder, 'feed');
  const pipes = ['asked', 'answered'].map((name) => join(place, name));
  await mkdir(join(place, 'wal'), { recursive: true, mode: 0o700 });
  const made = await runProgram('mkfifo', ['-m', '0600', ...pipes], {
    ...{ user: null, cwd: '/', env: { PATH: '/usr/bin:/bin' }, signal },
  });
  if (!made.ok)
    throw new JemError('scratch-unavailable', 'A pipe for the throwaway server cannot be made', {
      why: made.words,
    });
  if (user !== null)
    for (const path of [place, join(place, 'wal'), ...pipes]) await chown(path, user.uid, user.gid);
  const [asked, answered] = await Promise.all(pipes.map(openPipe));
  let failure: unknown = null;
  const bring = bringing(join(place, 'wal'), options);
  const socket = new Socket({ fd: asked ?? -1, readable: true, writable: false });
  const answering = (async (): Promise<void> => {
    let text = '';
    for await (const piece of socket.setEncoding('utf8')) {
      text += String(piece);
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const file = text.slice(0, end);
        text = text.slice(end + 1);
        const answer = await bring(file).catch((error: unknown) => {
          failure ??= error;
          return 'failed';
        });
        await promisify(write)(answered ?? -1, `${answer}\n`);
      }
    }
  })().catch((error: unknown) => {
    failure ??= error;
  });
  return {
    // In the data folder, where the server runs it.
    restoreCommand:
      'echo %f > ../feed/asked; read -r answer < ../feed/answered; case $answer in found) exec mv ../feed/wal/%f "%p";; none) exit 1;; *) exit 200;; esac',
    failure: () => failure,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await answering;
      await promisify(close)(answered ?? -1);
    },
  };
}

/** For both ends, so that it neither waits for the other one nor ends with it. */
function openPipe(path: string): Promise<number> {
  return promisify(open)(path, constants.O_RDWR | constants.O_NONBLOCK);
}

function bringing(
  folder: string,
  { fetch, user, segmentBytes, signal, onFile }: FeedOptions,
): (file: string) => Promise<'found' | 'none'> {
  const ahead = new Map<string, Promise<boolean>>();
  const bring = async (file: string): Promise<boolean> => {
    const path = join(folder, file);
    const found = await fetch(file, path);
    if (found && user !== null) await chown(path, user.uid, user.gid);
    return found;
  };
  return async (file) => {
    signal.throwIfAborted();
    const coming = ahead.get(file) ?? bring(file);
    ahead.delete(file);
    if (!(await coming)) return 'none';
    onFile(file);
    for (const next of following(file, segmentBytes)) {
      if (ahead.has(next)) continue;
      const begun = bring(next);
      // It is told when the server asks for the file.
      begun.catch(() => {});
      ahead.set(next, begun);
    }
    return 'found';
  };
}

function following(file: string, segmentBytes: number): readonly string[] {
  const name = parseWalName(file);
  const number = name?.kind === 'segment' && name.at ? segmentNumber(name.at, segmentBytes) : null;
  if (!name || number === null) return [];
  return Array.from({ length: lookahead }, (_, index) =>
    segmentName(name.timeline, number + 1 + index, segmentBytes),
  );
}
