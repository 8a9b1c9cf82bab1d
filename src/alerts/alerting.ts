import { hostname } from 'node:os';
import type { Warning } from '../engines/engine.ts';
import { Interrupted, JemError } from '../errors.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Occasion } from './occasion.ts';
import { post } from './post.ts';
import { runCommand } from './run-command.ts';
import { clearFailing, type Failing, type Places, readFailing, writeFailing } from './state.ts';

export interface AlertWish {
  readonly onFailure: string | null;
  readonly onRecovery: string | null;
  readonly webhook: string | null;
  /** `backup create`. */
  readonly command: string;
  /** Tells this job from others of the same command; never holds a secret. */
  readonly job: string;
  readonly places: Places;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly warn: (warning: Warning) => void;
  /** The database for the reader, as far as it is known by then. */
  readonly database: () => string | null;
}

/** Why a run is to be told of; `code` null where its answer was no. */
interface Trouble {
  readonly message: string;
  readonly code: string | null;
  readonly hint: string | null;
  readonly level?: number;
}

/** An answer of no. */
export interface Answer {
  readonly message: string;
  /**
   * How bad it is, from 1: told only where it is worse than the last time. Absent: told each time.
   */
  readonly level?: number;
}

/**
 * Runs a job and tells of its failure, and of the first success after one. Telling never changes
 * what the job returns or throws: what goes wrong with it is a warning.
 */
export async function alerting<T>(
  wish: AlertWish,
  job: () => Promise<T>,
  answerOf: (result: T) => Answer | null,
): Promise<T> {
  let result: T;
  try {
    result = await job();
  } catch (error) {
    const trouble = troubleOf(wish.signal.aborted ? wish.signal.reason : error);
    if (trouble) await tell(wish, trouble);
    throw error;
  }
  const answer = answerOf(result);
  await tell(wish, answer && { ...answer, code: null, hint: null });
  return result;
}

/** Null where it was stopped by hand. */
function troubleOf(error: unknown): Trouble | null {
  if (error instanceof Interrupted && error.signalName === 'SIGINT') return null;
  if (error instanceof JemError)
    return { message: error.message, code: error.code, hint: error.details.hint ?? null };
  const message = withoutSecrets(error instanceof Error ? error.message : String(error));
  return { message: `A bug in jem-db: ${message}`, code: 'internal', hint: null };
}

/** `trouble` null: it is well. */
async function tell(wish: AlertWish, trouble: Trouble | null): Promise<void> {
  const job = `${wish.command}\n${wish.job}`;
  const before = await readFailing(wish.places, job);
  if (!trouble && !before) return;
  const at = new Date().toISOString();
  const failing = {
    since: before?.since ?? at,
    failures: (before?.failures ?? 0) + (trouble ? 1 : 0),
    level: trouble?.level ?? 0,
  };
  // What nobody heard of is told again, although it has not become worse.
  const isWorse = trouble?.level === undefined || trouble.level > (before?.level ?? 0);
  if (trouble && !isWorse) return remember(wish, () => writeFailing(wish.places, job, failing));
  const occasion = occasionOf(wish, trouble, at, failing);
  const command = trouble ? wish.onFailure : wish.onRecovery;
  const [byCommand, byWebhook] = await Promise.all([
    command === null ? null : runCommand(command, occasion, wish.env),
    wish.webhook === null ? null : post(wish.webhook, occasion),
  ]);
  if (byCommand) warn(wish, `The command for a ${occasion.event} failed: ${byCommand}`);
  if (byWebhook) warn(wish, `The webhook was not told of a ${occasion.event}: ${byWebhook}`);
  const missed = [byCommand, byWebhook].some((words) => words !== null);
  // A recovery that nobody heard of is told again the next time.
  if (!trouble && missed) return;
  await remember(wish, () =>
    trouble
      ? writeFailing(wish.places, job, missed ? { ...failing, level: before?.level ?? 0 } : failing)
      : clearFailing(wish.places, job),
  );
}

async function remember(wish: AlertWish, writing: () => Promise<void>): Promise<void> {
  try {
    await writing();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    warn(wish, `It could not be remembered whether this run failed (${code})`);
  }
}

function warn(wish: AlertWish, message: string): void {
  wish.warn({ code: 'alert-failed', message: withoutSecrets(message) });
}

function occasionOf(
  { command, database }: AlertWish,
  trouble: Trouble | null,
  at: string,
  { since, failures }: Failing,
): Occasion {
  const host = hostname();
  const end = trouble ? `failed: ${trouble.message}` : 'is well again';
  return {
    format: 'jem-db-alert/1',
    event: trouble ? 'failure' : 'recovery',
    text: `jem-db ${command} on ${host} ${end}`,
    command,
    database: database(),
    host,
    at,
    failingSince: since,
    failures,
    code: trouble?.code ?? null,
    hint: trouble?.hint ?? null,
  };
}
