import type { Session } from '../engines/engine.ts';
import type { Blocker, MigrationSession, RunnerWait } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';
import { readMigrationFolder } from './folder.ts';
import type { MigrationFolder } from './migration.ts';

/** What every migrate use case needs to know. Times in milliseconds. */
export interface MigrateSetup {
  readonly folder: string;
  readonly layout: string | null;
  readonly ledgerTable: string;
  readonly lockTimeout: number;
  readonly lockRetries: number;
  readonly runnerTimeout: number;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Says what is being done right now. */
  readonly onProgress: (text: string) => void;
  /** Says what people should know although all may yet end well. */
  readonly onNote: (text: string) => void;
}

/** A connection with its migrations folder and ledger, as the use cases pass it on. */
export interface Workplace {
  readonly session: Session;
  readonly ledger: MigrationSession;
  readonly folder: MigrationFolder;
  readonly setup: MigrateSetup;
}

/** Reads the folder. Throws `migrations-folder-missing` and `migration-unreadable`. */
export async function openWorkplace(session: Session, setup: MigrateSetup): Promise<Workplace> {
  const folder = readMigrationFolder({
    folder: setup.folder,
    layout: setup.layout,
    engine: session.engine.name,
    cwd: setup.cwd,
  });
  const { signal, ledgerTable } = setup;
  const wait = runnerWait(setup);
  return { session, setup, folder, ledger: session.migrations({ signal, ledgerTable, wait }) };
}

/** Behind a run: what it did is done, whether its schema can be recorded or not. */
export async function recordSchema({ ledger, setup }: Workplace): Promise<void> {
  try {
    await ledger.recordSchema?.();
  } catch (error) {
    if (!(error instanceof JemError)) throw error;
    setup.onNote(
      `The schema was not recorded for \`schema verify --scratch recorded\`: ${error.message}`,
    );
  }
}

/** Runs `body` as the only runner, telling who is waited for. */
export function asOnlyRunner<T>({ ledger, setup }: Workplace, body: () => Promise<T>): Promise<T> {
  return ledger.exclusively(runnerWait(setup), body);
}

function runnerWait({ onProgress, onNote, runnerTimeout }: MigrateSetup): RunnerWait {
  let told = 0;
  const onWait = (holder: Blocker | null, waitedMs: number): void => {
    onProgress('waiting for another runner');
    if (waitedMs < told) return;
    told = waitedMs + 5000;
    const who = holder ? `: ${holder.description}` : '';
    onNote(`Another runner is migrating this database; waiting for it${who}`);
  };
  return { timeout: runnerTimeout, onWait };
}
