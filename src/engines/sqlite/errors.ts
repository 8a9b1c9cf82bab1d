import { type ErrorDetails, JemError } from '../../errors.ts';
import { type About, resultCode } from './driver.ts';
import { cannotOpen, full, notADatabase, readonlyRefused } from './open-errors.ts';
import { constraintError } from './constraint-errors.ts';
import { sqlError } from './sql-errors.ts';

/** Turns what SQLite or its driver threw into an error of the catalogue; a JemError stays itself. */
export function sqliteError(error: unknown, about: About): JemError {
  if (error instanceof JemError) return error;
  const code = resultCode(error);
  const original = error instanceof Error ? error.message : String(error);
  const found = code === null ? driverError(original) : byCode(code, original, about);
  return found.with({ original, cause: error });
}

/** Runs `body`; whatever it throws comes out as `sqliteError` has it. */
export function translated<T>(about: About, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw sqliteError(error, about);
  }
}

type Family = (code: string, original: string, about: About) => JemError;

/** By the first word behind `SQLITE_`; the rest of the code tells more. */
const families: Readonly<Record<string, Family>> = {
  BUSY: (code, _original, about) =>
    code === 'SQLITE_BUSY_SNAPSHOT' ? snapshotTooOld(about) : locked(about),
  LOCKED: (_code, _original, about) => locked(about),
  PROTOCOL: (_code, _original, about) => locked(about),
  CANTOPEN: (_code, original, about) => cannotOpen(about, original),
  READONLY: (code, original, about) => readonlyRefused(code, about, original),
  NOTADB: (_code, original, about) => notADatabase(about, original),
  CORRUPT: (_code, _original, about) => corrupt(about),
  FULL: (_code, original, about) => full(about, original),
  IOERR: (code, _original, about) => inputOutput(code, about),
  CONSTRAINT: (code, original) => constraintError(code, original),
  MISMATCH: () =>
    violated('A value has the wrong type for an INTEGER PRIMARY KEY', {
      why: 'Such a column takes whole numbers only.',
      hint: 'Mend the rows, or change what the migration writes.',
    }),
  PERM: (_code, _original, about) => refused(about),
  AUTH: (_code, _original, about) => refused(about),
  NOMEM: (_code, _original, about) =>
    new JemError('server-capacity', `No memory is left to work on ${about.display}`, {}),
  INTERRUPT: () => new JemError('query-cancelled', 'The statement was interrupted', {}),
  ERROR: (_code, original) => sqlError(original),
};

function byCode(code: string, original: string, about: About): JemError {
  const [family = ''] = code.slice('SQLITE_'.length).split('_');
  const make = families[family];
  return make ? make(code, original, about) : sqlError(original);
}

const misuse =
  /more than one statement|contains no statements|parameter|can only bind|does not return data/i;

function driverError(original: string): JemError {
  return misuse.test(original)
    ? new JemError('sql-error', original, {
        hint: 'query() takes one statement and one value for each of its parameters; execute() takes a text of several.',
      })
    : new JemError('internal', original, {});
}

function violated(title: string, details: ErrorDetails): JemError {
  return new JemError('constraint-violated', title, details);
}

function locked({ display }: About): JemError {
  return new JemError('lock-timeout', `${display} is locked by another connection`, {
    why: 'SQLite lets one connection write at a time; a reader may hold a writer up where the database is not in WAL mode.',
    hint: 'Try again. `fuser` or `lsof` on the file show who has it open.',
  });
}

function snapshotTooOld({ display }: About): JemError {
  return new JemError('serialization-failure', `Another connection changed ${display} meanwhile`, {
    why: 'A transaction that began by reading may not write after somebody else has.',
    hint: 'Run the command again.',
  });
}

function corrupt({ display }: About): JemError {
  return new JemError('corruption', `${display} is damaged`, {
    why: 'The file was cut short, overwritten, or copied while it was being written.',
    hint: 'Do not write to it. Keep a copy with its -wal or -journal file, and restore a backup; `sqlite3 FILE .recover` saves what can be read.',
  });
}

function inputOutput(code: string, { display }: About): JemError {
  return new JemError('storage-failed', `The storage of ${display} failed (${code})`, {
    why: 'The system could not read, write or lock the file: a failing disk, a lost network drive, a quota.',
    hint: 'Look at the system’s log. SQLite undoes the change when it next opens the file.',
  });
}

function refused({ display }: About): JemError {
  return new JemError('permission-denied', `${display} does not allow this`, {});
}
