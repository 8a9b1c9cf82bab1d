import { resolve } from 'node:path';
import { connect } from '../connection.ts';
import type {
  Engine,
  Environment,
  OpenOptions,
  Session,
  Target,
  Warning,
} from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import type { TargetSummary } from '../output/envelope.ts';
import type { Paint } from '../output/paint.ts';
import type { RawSettings, Setting, Settings } from '../settings.ts';
import { engineOfText, parseTarget } from '../target.ts';

/** What a command is handed: the settings, and ways to the outside that `cli` owns. */
export interface Context {
  readonly settings: Settings;
  readonly environment: Environment;
  /** What a shell would call to start jem-db: Node.js, and the file it runs. */
  readonly program: readonly [node: string, script: string];
  readonly signal: AbortSignal;
  readonly report: Report;
  /** The text of a file, read once however often it is asked for: it may be a pipe. */
  read(path: string): string;
  /**
   * Resolves when the user agrees; throws `confirmation-needed` where nobody can be asked. `shown`
   * is what it is about, in lines of its own.
   */
  confirm(question: string, shown?: string): Promise<void>;
}

/** Collects what the JSON document says besides the result, and tells people meanwhile. */
export interface Report {
  /** What was aimed at last; null before. */
  readonly target: TargetSummary | null;
  warn(warning: Warning): void;
  note(text: string): void;
  /** What only `--verbose` shows. */
  detail(text: string): void;
  progress(text: string): void;
  /**
   * Shows a text in place of the result, over and over, while the command goes on. False: nobody
   * reads any more.
   */
  draw(render: (paint: Paint) => string): Promise<boolean>;
  aim(target: TargetSummary): void;
}

const defaultDatabase = './jem.db';

/** The target that the settings name. Throws `bad-setting`, `bad-database-url`, `unsupported-scheme`. */
export async function targetOf(context: Context): Promise<Target> {
  const { settings, environment, report } = context;
  const named = namedDatabase(context);
  if (named === null) {
    const variable = ['PGHOST', 'PGSERVICE', 'PGDATABASE'].find((name) => environment.env[name]);
    const instead = variable ? ` (${variable} is set: -d postgres:// means that server)` : '';
    report.note(`No database named: using the SQLite file ${defaultDatabase}${instead}`);
  }
  const { text, base } = named ?? { text: defaultDatabase, base: settings.raw.database.base };
  return aimed(await parseTarget(text, { ...environment, cwd: base }), report);
}

/** The target past a pooler where `directUrl` names one, else the usual one. */
export async function directTargetOf(context: Context): Promise<Target> {
  if (context.settings.directUrl.value === null) return targetOf(context);
  return aimed(await parseDirectUrl(context), context.report);
}

/**
 * The engine of what `directTargetOf` will name; nothing else is understood of the name, nor told.
 * Throws `bad-setting`, `unsupported-scheme`.
 */
export async function engineInUse(context: Context): Promise<Engine> {
  const text = context.settings.directUrl.value ?? namedDatabase(context)?.text;
  return engineOfText(text ?? defaultDatabase);
}

/** Reads the `directUrl` setting without connecting to it. */
export function parseDirectUrl({ settings, environment }: Context): Promise<Target> {
  const { value, base } = settings.directUrl;
  return parseTarget(value ?? '', { ...environment, cwd: base });
}

function aimed(target: Target, report: Report): Target {
  report.aim({ engine: target.engine, display: target.display, serverVersion: null });
  for (const warning of target.warnings) report.warn(warning);
  return target;
}

interface Named {
  readonly text: string;
  readonly base: string;
}

function namedDatabase({ settings, read }: Context): Named | null {
  const { database, databaseFile } = settings.raw;
  const [url, file] = [strength(database), strength(databaseFile)];
  if (url > 0 && url === file)
    throw new JemError('bad-setting', 'The database is named twice', {
      why: `Both ${database.from} and ${databaseFile.from} are given.`,
      hint: 'Leave one of them out.',
    });
  if (url === 0 && file === 0) return null;
  if (url > file) return { text: database.value ?? '', base: database.base };
  return { text: urlInFile(databaseFile, read), base: databaseFile.base };
}

/** Where the URL in use came from: the setting itself, or the file that another one names. */
export function sourceOfDatabase({ database, databaseFile }: RawSettings): string {
  return strength(databaseFile) > strength(database)
    ? `file ${databaseFile.value} (${databaseFile.from})`
    : database.from;
}

/** How strongly a setting was given, the weakest first: the order of the settings themselves. */
const strengths = [
  /^default/,
  /^file/,
  /^\.env DATABASE/,
  /^environment DATABASE/,
  /^\.env JEM_DB/,
  /^environment JEM_DB/,
  /^flag/,
];

function strength({ from }: Setting): number {
  return strengths.findIndex((pattern) => pattern.test(from));
}

function urlInFile({ value, from, base }: Setting, read: Context['read']): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(value ?? ''))
    throw new JemError('bad-setting', 'A URL is given where the file that holds it is asked for', {
      why: `It was given by ${from}.`,
      hint: 'Give the URL itself with -d or DATABASE_URL, or name a file.',
    });
  const path = resolve(base, value ?? '');
  let text: string;
  try {
    text = read(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('file-missing', `Cannot read the database URL from ${path} (${code})`, {
      why: `The file was named by ${from}.`,
      hint: 'Check the path, and that this user may read the file.',
      cause: error,
    });
  }
  const url = text.trim();
  if (url) return url;
  throw new JemError('bad-setting', `The file ${path} is empty`, {
    why: `It was named by ${from} and should hold the database URL.`,
  });
}

/** Connects, and says which server it is in every later message. The caller disposes of it. */
export async function openSession(
  context: Context,
  target: Target,
  mode: OpenOptions['mode'],
): Promise<Session> {
  const { report, signal, settings } = context;
  report.progress(`connecting to ${target.display}`);
  const session = await connect(target, {
    signal,
    mode,
    connectTimeout: settings.connectTimeout,
    warn: (warning) => report.warn(warning),
    onNotice: ({ level, message }) =>
      level === 'warning'
        ? report.warn({ code: 'server-warning', message })
        : report.detail(message),
  });
  report.aim({
    engine: target.engine,
    display: session.display,
    serverVersion: session.serverVersion,
  });
  return session;
}
