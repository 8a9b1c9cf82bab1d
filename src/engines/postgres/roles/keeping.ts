import type { Session } from '../../engine.ts';
import type { RoleKeeping, WantedRoles } from '../../roles.ts';
import { rollBack } from '../rollback.ts';
import type { PostgresSession } from '../session.ts';
import { applyRoles } from './apply.ts';
import { comparison } from './plan.ts';
import { readRoles } from './read.ts';
import { rolesScript } from './script.ts';
import type { Seen } from './seen.ts';

export const postgresRoles: RoleKeeping<Session> = {
  compare: async (session, wanted) => comparison(wanted, await look(session, wanted)),
  script: async (session, wanted) => {
    const seen = await look(session, wanted);
    return { database: seen.database, script: rolesScript(wanted, seen) };
  },
  apply: (session, wanted, options) => applyRoles(own(session), wanted, options),
};

async function look(session: Session, wanted: WantedRoles): Promise<Seen> {
  const postgres = own(session);
  await postgres.query(
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = ''",
  );
  try {
    return await readRoles(postgres, wanted);
  } finally {
    await rollBack(postgres.client);
  }
}

function own(session: Session): PostgresSession {
  if ('there' in session) return session as PostgresSession;
  throw new Error('a session of another engine');
}
