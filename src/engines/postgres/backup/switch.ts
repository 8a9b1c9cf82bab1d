import { setTimeout as sleep } from 'node:timers/promises';
import { JemError } from '../../../errors.ts';
import { identifier } from '../quoting.ts';
import type { PostgresSession } from '../session.ts';
import type { BesideNames } from './beside.ts';
import { endSessions, occupants } from './occupants.ts';
import type { Place } from './place.ts';

/** Milliseconds between two rounds of ending sessions: applications connect again and again. */
const round = 200;

/**
 * Gives the database that was restored the name of the target, and the target another, in one
 * transaction. Throws `restore-refused` where others are in the target and `clean` is not given.
 */
export async function switchOver(
  place: Place,
  admin: PostgresSession,
  { names, clean }: { readonly names: BesideNames; readonly clean: boolean },
): Promise<void> {
  const { name, existing } = place;
  const rename = (from: string, to: string) =>
    `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)}`;
  const swap = [
    ...(existing === null ? [] : [rename(name, names.replaced)]),
    rename(names.side, name),
  ].join(';\n');
  const oid = await oidOf(admin, names.side);
  try {
    // One message is one transaction; new sessions wait for it before they are let in.
    const swapping = admin.query(swap);
    await (clean && existing ? whileEnding(admin, existing.oid, swapping) : swapping);
  } catch (error) {
    if (await isSwitched(admin, name, oid)) return;
    throw await inWords(error, place);
  }
}

async function oidOf(admin: PostgresSession, name: string): Promise<string | null> {
  const [row] = await admin.query('SELECT oid::text FROM pg_database WHERE datname = $1', [name]);
  return row ? String(row['oid']) : null;
}

/** Ends sessions until `work` is done: it holds the lock that keeps new ones out. */
async function whileEnding(
  admin: PostgresSession,
  oid: string,
  work: Promise<unknown>,
): Promise<void> {
  let settled = false;
  const done = work.finally(() => (settled = true));
  // Awaited below; until then nobody listens.
  done.catch(() => {});
  await using other = await admin.connectAgain();
  while (!settled) {
    // Where it may not end one, the swap says so.
    await endSessions(other, oid).catch(() => {});
    await Promise.race([done.catch(() => {}), sleep(round)]);
  }
  await done;
}

/** The connection may have been lost after the commit. */
async function isSwitched(
  admin: PostgresSession,
  name: string,
  oid: string | null,
): Promise<boolean> {
  try {
    await using again = await admin.connectAgain();
    return oid !== null && (await oidOf(again, name)) === oid;
  } catch {
    return false;
  }
}

const inUse = '55006';

async function inWords(error: unknown, place: Place): Promise<unknown> {
  if (!(error instanceof JemError) || error.details.sqlState !== inUse) return error;
  const users = await occupants(place).catch(() => []);
  return inUseError(place, users.length > 0 ? users : [error.details.original ?? error.message]);
}

export function inUseError({ target, name }: Place, users: readonly string[]): JemError {
  return new JemError('restore-refused', `${target.display} is in use`, {
    why: `Connected: ${users.join('; ')}. Nobody may be in a database that is replaced. It is as it was.`,
    hint: `Stop what uses it and run the command again; or restore with --clean, which ends the sessions in ${name}.`,
    retryable: true,
  });
}
