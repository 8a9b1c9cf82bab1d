import { JemError } from '../../../errors.ts';
import type { ApplyRolesOptions, RolesComparison, WantedRoles } from '../../roles.ts';
import { literal } from '../quoting.ts';
import { rollBack } from '../rollback.ts';
import type { PostgresSession } from '../session.ts';
import { readable } from './names.ts';
import { ownersRights } from './acting.ts';
import { comparison } from './plan.ts';
import { readRoles } from './read.ts';
import { scramVerifier } from './scram.ts';
import type { Seen } from './seen.ts';

/** Keeps a second run of this out until the first is done. */
const lockKey = 7_236_194_850_113;

/** See the contract. The transaction is rolled back by whatever is thrown. */
export async function applyRoles(
  session: PostgresSession,
  wanted: WantedRoles,
  options: ApplyRolesOptions,
): Promise<RolesComparison> {
  const { signal, lockTimeout } = options;
  signal.throwIfAborted();
  const cancel = (): void => void session.cancel();
  signal.addEventListener('abort', cancel);
  try {
    await session.query(
      `BEGIN; SET LOCAL search_path = ''; SET LOCAL lock_timeout = ${Math.round(lockTimeout)}; SET LOCAL statement_timeout = 0; SELECT pg_catalog.pg_advisory_xact_lock(${lockKey})`,
    );
    const left = await mend(session, wanted, options);
    signal.throwIfAborted();
    await commit(session);
    return left;
  } catch (error) {
    await rollBack(session.client);
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function mend(
  session: PostgresSession,
  wanted: WantedRoles,
  { agreed, passwords, signal }: ApplyRolesOptions,
): Promise<RolesComparison> {
  const seen = await readRoles(session, wanted);
  const found = comparison(wanted, seen);
  refuseOther(found, agreed);
  const acting = actingAsOwner(seen, wanted);
  for (const { area, sql } of found.deviations) {
    signal.throwIfAborted();
    // The owner's own rights are needed from here on, and only from here on does it exist.
    if (area !== 'roles') await acting.begin(session);
    for (const statement of sql) await session.query(statement);
  }
  await setPasswords(session, passwords, seen);
  await acting.end(session);
  const left = comparison(wanted, await readRoles(session, wanted));
  const still = left.deviations.filter(({ sql }) => sql.length > 0);
  if (still.length === 0) return left;
  throw new JemError('permission-denied', 'The roles would still not be as they should be', {
    why: `All statements were done, but: ${still.map(({ message }) => message).join('; ')}. Somebody else than the owner may have granted that.`,
    hint: 'Nothing was changed. Revoke it as the role that granted it, then run this again.',
  });
}

function refuseOther(found: RolesComparison, agreed: RolesComparison): void {
  const statements = ({ deviations }: RolesComparison) => deviations.flatMap(({ sql }) => sql);
  if (statements(found).join(';') === statements(agreed).join(';')) return;
  throw new JemError('confirmation-needed', 'The database changed meanwhile, nothing was done', {
    why: 'What would be done now is not what was shown.',
    hint: 'Run it again, and look at what it shows.',
  });
}

function actingAsOwner(seen: Seen, wanted: WantedRoles) {
  const rights = ownersRights(seen, wanted);
  let acting = false;
  return {
    begin: async (session: PostgresSession): Promise<void> => {
      if (acting || rights === null) return;
      await session.query(rights[0]);
      acting = true;
    },
    end: async (session: PostgresSession): Promise<void> => {
      if (acting && rights !== null) await session.query(rights[1]);
    },
  };
}

async function setPasswords(
  session: PostgresSession,
  passwords: ReadonlyMap<string, string>,
  seen: Seen,
): Promise<void> {
  if (passwords.size === 0) return;
  const [row] = await session.query(
    "SELECT coalesce(pg_catalog.current_setting('scram_iterations', true), '4096') AS iterations",
  );
  for (const [role, password] of passwords) {
    const verifier = await scramVerifier({ role, password }, Number(row?.['iterations']));
    const until = seen.roles.get(role)?.expired ? " VALID UNTIL 'infinity'" : '';
    await session.query(`ALTER ROLE ${readable(role)} PASSWORD ${literal(verifier)}${until}`);
  }
}

async function commit(session: PostgresSession): Promise<void> {
  try {
    await session.client.query('COMMIT');
  } catch (error) {
    const failure = session.failure(error);
    if (failure.code !== 'connection-lost') throw failure;
    throw new JemError('commit-unknown', 'The connection was lost during the COMMIT', {
      why: 'The server may have committed all of it, or nothing.',
      hint: 'See which: `jem-db roles verify`',
      cause: failure,
    });
  }
}
