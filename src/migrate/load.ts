import type { Script, ScriptFunction } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import { runsOutsideTransaction, transactionControl } from '../sql/kinds.ts';
import { type FileOptions, readFileOptions } from '../sql/options.ts';
import { locate } from '../sql/position.ts';
import { ScriptProblem } from '../sql/problem.ts';
import { type Dialect, type Statement, splitStatements } from '../sql/statements.ts';
import { hasChecksum, migrationChecksum } from './checksum.ts';
import type { Source } from './migration.ts';
import { loadModule } from './module.ts';

/** Statements of a longer file are found again when it runs, which costs less memory. */
const mostListed = 1000;

/** The largest text that is kept in the ledger beside the migration, in bytes. */
export const keptTextLimit = 1024 * 1024;

/** One direction of a migration, read and looked through, ready to run. */
export interface Loaded {
  readonly source: Source;
  readonly checksum: string;
  readonly options: FileOptions;
  /** Runs statement by statement, outside a transaction. */
  readonly unwrapped: boolean;
  readonly statements: number;
  /** Bytes. */
  readonly size: number;
  readonly run: Script | ScriptFunction;
  /** What the ledger keeps; null for modules and very large files. */
  readonly text: string | null;
}

const noOptions: FileOptions = { noTransaction: false, lockTimeout: null, irreversible: null };

/** The checksum of what a source holds now, comparable with the ledger's. */
export function checksumOf(source: Source, dialect: Dialect): string {
  return checksumIn(source, source.read(), dialect);
}

function checksumIn(source: Source, bytes: Uint8Array, dialect: Dialect): string {
  return reported(source, bytes, () => migrationChecksum(source.kind, bytes, dialect));
}

/** Whether a source still holds what the ledger's checksum was made of. */
export function isUnchanged(source: Source, checksum: string, dialect: Dialect): boolean {
  const bytes = source.read();
  return reported(source, bytes, () => hasChecksum(checksum, source.kind, bytes, dialect));
}

/**
 * What the ledger keeps of a file that is recorded and not run: it may hold what jem-db would
 * refuse to run, and a module is not loaded.
 */
export function readFor(source: Source, dialect: Dialect): Pick<Loaded, 'checksum' | 'text'> {
  const bytes = source.read();
  const text = source.kind === 'module' ? null : keptText(bytes);
  return { checksum: checksumIn(source, bytes, dialect), text };
}

function keptText(bytes: Uint8Array): string | null {
  return bytes.length > keptTextLimit ? null : new TextDecoder().decode(bytes);
}

/**
 * Reads one direction of a migration and looks through it. Throws the refusals that can be known
 * before anything runs: transaction control of its own, meta-commands, a statement that cannot
 * run inside a transaction beside others, unreadable text.
 */
export async function load(
  source: Source,
  direction: 'up' | 'down',
  dialect: Dialect,
): Promise<Loaded> {
  const bytes = source.read();
  if (source.kind === 'module')
    return {
      source,
      checksum: checksumIn(source, bytes, dialect),
      options: { ...noOptions, ...source.options },
      unwrapped: false,
      statements: 1,
      size: bytes.length,
      run: await loadModule(source.file, direction),
      text: null,
    };
  return reported(source, bytes, () => loadSql(source, bytes, dialect));
}

function loadSql(source: Source, bytes: Uint8Array, dialect: Dialect): Loaded {
  const options = { ...readFileOptions(bytes, source.file), ...source.options };
  const seen = survey(bytes, dialect);
  const runnable = options.noTransaction ? bytes : ownTransaction(source, bytes, seen);
  const alone = seen.outside !== null && seen.count === 1;
  if (seen.outside && !alone && !options.noTransaction)
    throw needsNoTransaction(source, bytes, seen.outside, dialect);
  return {
    source,
    checksum: checksumIn(source, bytes, dialect),
    options,
    unwrapped: options.noTransaction || alone,
    statements: seen.count,
    size: bytes.length,
    run: {
      bytes: runnable,
      statements: seen.listed ?? { [Symbol.iterator]: () => splitStatements(runnable, dialect) },
    },
    text: keptText(bytes),
  };
}

interface Survey {
  readonly count: number;
  /** All of them, where they are few and none is to be blanked out. */
  readonly listed: readonly Statement[] | null;
  readonly first: Statement | null;
  readonly last: Statement | null;
  /** BEGIN, COMMIT and their like, in order. */
  readonly control: readonly Statement[];
  readonly outside: Statement | null;
}

function survey(bytes: Uint8Array, dialect: Dialect): Survey {
  const control: Statement[] = [];
  const listed: Statement[] = [];
  let count = 0;
  let first: Statement | null = null;
  let last: Statement | null = null;
  let outside: Statement | null = null;
  for (const statement of splitStatements(bytes, dialect)) {
    if (count++ < mostListed) listed.push(statement);
    first ??= statement;
    last = statement;
    const kind = transactionControl(statement.head);
    if (kind && kind !== 'savepoint') control.push(statement);
    if (!outside && runsOutsideTransaction(statement.head, dialect)) outside = statement;
  }
  const complete = count <= mostListed && control.length === 0;
  return { count, first, last, control, outside, listed: complete ? listed : null };
}

/**
 * A file that is one transaction from its first statement to its last says what jem-db does
 * anyway: the two statements are blanked out. Any other transaction control is refused, because
 * it would commit half of a migration.
 */
function ownTransaction(
  source: Source,
  bytes: Uint8Array,
  { control, first, last }: Survey,
): Uint8Array {
  const [opening, closing, ...others] = control;
  if (!opening) return bytes;
  const whole =
    closing !== undefined &&
    others.length === 0 &&
    opening === first &&
    closing === last &&
    transactionControl(opening.head) === 'begin' &&
    transactionControl(closing.head) === 'commit';
  if (whole) return blanked(bytes, [opening, closing]);
  const [word = ''] = opening.head.split(' ');
  throw new JemError('migration-transaction-control', `${source.file} has its own ${word}`, {
    why: 'Each migration runs in one transaction of jem-db’s, with its row in the ledger; a COMMIT inside it would leave half of it behind when a later statement fails.',
    hint: 'Take BEGIN, COMMIT and ROLLBACK out, or let the file run without a transaction: put the line `-- jem-db: no-transaction` at its top.',
    location: locate(bytes, opening.start, source.file),
  });
}

function blanked(bytes: Uint8Array, statements: readonly Statement[]): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (const { start, end } of statements) copy.fill(0x20, start, end);
  return copy;
}

function needsNoTransaction(
  source: Source,
  bytes: Uint8Array,
  statement: Statement,
  dialect: Dialect,
): JemError {
  const words = outsideWords(statement.head, dialect);
  return new JemError(
    'needs-no-transaction',
    `${source.file}: ${words} cannot run inside a transaction`,
    {
      why: 'The file has further statements, so jem-db would run it in one transaction.',
      hint: 'Move that statement into a file of its own, or put the line `-- jem-db: no-transaction` at the top of this one.',
      location: locate(bytes, statement.start, source.file),
    },
  );
}

/** The words that keep a statement out of a transaction, without the names between them. */
function outsideWords(head: string, { outsideTransaction }: Dialect): string {
  const pattern = outsideTransaction.find((each) => each.test(head));
  const own = new Set(pattern?.source.match(/[A-Z_]{2,}/g));
  const words = (pattern?.exec(head)?.[0] ?? head).split(' ');
  return words
    .map((word) => (own.has(word) ? word : '…'))
    .join(' ')
    .replaceAll(/(… )+…|…$/g, '…')
    .replace(/ …$/, '');
}

/** Turns what the splitter cannot read into an error with its place in the file. */
function reported<T>(source: Source, bytes: Uint8Array, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof ScriptProblem)) throw error;
    const meta = error.kind === 'meta-command' || error.kind === 'copy-from-stdin';
    throw new JemError(
      meta ? 'migration-meta-command' : 'migration-unreadable',
      `${source.file}: ${error.message}`,
      {
        ...advice(error),
        location: locate(bytes, error.offset, source.file),
        cause: error,
      },
    );
  }
}

function advice({ kind, found }: ScriptProblem): { why?: string; hint: string } {
  if (kind === 'unterminated')
    return { hint: 'Close it there; or look for a quote too many before it.' };
  if (kind === 'not-utf8' || kind === 'null-byte')
    return { hint: 'Save the file as UTF-8 text, without the other bytes.' };
  const shell = found.startsWith('.') ? 'sqlite3' : 'psql';
  return {
    why: `Only ${shell} understands this; the database itself does not.`,
    hint:
      shell === 'psql'
        ? 'Write the SQL that it stands for: INSERT instead of \\copy, the other file’s text instead of \\i.'
        : 'Take it out, or write the SQL that it stands for: the other file’s text instead of .read.',
  };
}
