import { execaSync } from 'execa';

export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

function idOf(name: string): OsUser | null {
  const uid = execaSync('id', ['-u', name], { reject: false });
  const gid = execaSync('id', ['-g', name], { reject: false });
  if (uid.exitCode !== 0 || gid.exitCode !== 0) return null;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** Whom test servers run as: PostgreSQL and PgBouncer refuse to be started by root. */
export function serverUser(): OsUser {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return { uid, gid };
  const user = idOf('postgres') ?? idOf('nobody');
  if (!user) throw new Error('Tests run as root need a user `postgres` or `nobody` for servers.');
  return user;
}
