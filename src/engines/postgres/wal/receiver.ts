import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import type { StreamOptions, WalReceiver } from '../../archiving.ts';
import {
  type Binaries,
  foldersWith,
  majorOf,
  type WhereToLook,
  withVersions,
} from '../scratch/binaries.ts';
import type { PostgresSession } from '../session.ts';
import { type ToolAccess, toolAccess } from '../tool-access.ts';
import { runTool } from '../tool-run.ts';

interface ReceiverOptions {
  readonly binaries: string | null;
  readonly signal: AbortSignal;
}

/** pg_receivewal, with the connection of a session. Throws `tool-missing`. */
export async function walReceiver(
  session: PostgresSession,
  options: ReceiverOptions,
): Promise<WalReceiver> {
  const tool = await receiverTool(session, options);
  const access = await toolAccess(session, { major: tool.major });
  return {
    async slot(act, name) {
      const { ok, lines } = await runReceiver(
        { tool, access },
        [`--${act}-slot`, `--slot=${name}`],
        {
          ...{ folder: '/', signal: options.signal, onLine: () => {} },
        },
      );
      if (!ok) throw slotFailed(act, name, lines);
    },
    async stream({ slot, synchronous, ...where }: StreamOptions): Promise<never> {
      const args = [
        ...[`--directory=${where.folder}`, '--no-loop', '--verbose'],
        ...(slot === null ? [] : [`--slot=${slot}`]),
        ...(synchronous ? ['--synchronous'] : []),
      ];
      const { lines } = await runReceiver({ tool, access }, args, where);
      throw streamEnded(lines);
    },
    [Symbol.asyncDispose]: () => access[Symbol.asyncDispose](),
  };
}

interface Running {
  readonly tool: Binaries;
  readonly access: ToolAccess;
}

function runReceiver(
  { tool, access }: Running,
  args: readonly string[],
  { folder, signal, onLine }: Pick<StreamOptions, 'folder' | 'signal' | 'onLine'>,
) {
  return runTool(join(tool.path, 'pg_receivewal'), ['--no-password', ...args], {
    user: null,
    ...{ cwd: folder, env: access.env, signal },
    onLine: (line) => {
      onLine(line);
      return /error:|FATAL:|ERROR:/.test(line);
    },
  });
}

/** One of the server's own major version, else the oldest newer one: it refuses newer servers. */
async function receiverTool(
  { serverVersion, target }: PostgresSession,
  { binaries, signal }: ReceiverOptions,
): Promise<Binaries> {
  const environment = { ...target.environment, cwd: '/', user: '' };
  const where: WhereToLook = { binaries, environment, signal };
  const folders = await foldersWith(['pg_receivewal'], where);
  const found = await withVersions(folders, signal, 'pg_receivewal');
  const [best] = found
    .filter(({ major }) => major >= majorOf(serverVersion))
    .toSorted((a, b) => a.major - b.major);
  if (best) return best;
  const there = found.map(({ version, path }) => `${version} in ${path}`).join(', ');
  throw new JemError(
    'tool-missing',
    `No pg_receivewal here can stream from PostgreSQL ${serverVersion}`,
    {
      why: there
        ? `Found: ${there}.`
        : `There is none in ${binaries ?? 'PATH or the usual places'}.`,
      hint: `Install postgresql-client-${majorOf(serverVersion)}, or name the folder of its programs: --postgres-bin DIR`,
    },
  );
}

function slotFailed(act: 'create' | 'drop', name: string, lines: readonly string[]): JemError {
  return new JemError(
    'tool-failed',
    `The replication slot ${name} was not ${act === 'create' ? 'made' : 'dropped'}`,
    {
      ...said(lines),
      hint: 'The role needs REPLICATION; `select * from pg_replication_slots` shows what is there.',
    },
  );
}

function streamEnded(lines: readonly string[]): JemError {
  const words = lines.join('\n');
  if (/has already been removed/.test(words))
    return new JemError('wal-missing', 'The server has not kept the log that comes next', {
      ...said(lines),
      why: 'It was removed before it was received: nothing had told the server to keep it.',
      hint: 'Use a replication slot (--slot); take a new base backup; remove what is in the spool folder to begin anew.',
    });
  const [, slot, pid] = /slot "(.+)" is active for PID (\d+)/.exec(words) ?? [];
  if (slot !== undefined)
    return new JemError('wal-receiver-busy', `The replication slot ${slot} is in use`, {
      ...said(lines),
      why: `Another receiver streams with it (process ${pid} of the server): a slot serves one.`,
      hint: 'End that one, or give each a slot of its own: --slot NAME --create-slot',
    });
  const refused =
    /slot .*does not exist|permission denied|no pg_hba.conf entry|must be (superuser|replication)/;
  return new JemError('wal-stream-failed', 'The stream of the log has ended', {
    ...said(lines),
    hint: 'The role needs REPLICATION, and pg_hba.conf a line for "replication".',
    retryable: !refused.test(words),
  });
}

function said(lines: readonly string[]): { readonly original?: string } {
  const last = lines.at(-1);
  return last === undefined ? {} : { original: last.replace(/^pg_receivewal: (error: )?/, '') };
}
