import type { Live } from '../scratch/live.ts';
import type { BackupFacts } from './facts.ts';

/** What a scratch database must be like to hold a backup; `user` is whom its sessions run as. */
export function likeBackup(facts: BackupFacts, user: string): Live {
  const { database, owner, grants, locale, bootstrap, memberships, tablespaces, extensions } =
    facts;
  return {
    ...{ database, owner, grants, locale, bootstrap, user, memberships, tablespaces },
    ...{ databaseOid: '', startedAt: '', standby: false, ledgerOwner: null },
    // Whoever restores owns all of it; pg_restore then gives each object its owner.
    roles: [...facts.roles.filter(({ rolname }) => rolname !== user), superuser(user)],
    // They would bear on pg_restore's own sessions.
    ...{ roleSettings: [], serverSettings: [], sessionSettings: [] },
    extensions: extensions.map(({ name }) => name).filter((name) => name !== 'plpgsql'),
    publicSchema: null,
  };
}

function superuser(rolname: string): Live['roles'][number] {
  return {
    rolname,
    ...{ rolsuper: true, rolinherit: true, rolcreaterole: true, rolcreatedb: true },
    ...{ rolcanlogin: true, rolreplication: false, rolbypassrls: true },
  };
}
