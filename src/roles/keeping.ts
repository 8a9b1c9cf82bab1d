import type { Engine, Session } from '../engines/engine.ts';
import type { RoleKeeping } from '../engines/roles.ts';
import { JemError } from '../errors.ts';

/** Throws `usage` where the engine has no roles. */
export async function roleKeepingOf({ roles, title }: Engine): Promise<RoleKeeping<Session>> {
  if (roles) return roles();
  throw new JemError('usage', `${title} has no roles`, {
    why: 'Who may read and write its file is a matter of the operating system.',
    hint: 'Name a server: -d postgres://…',
  });
}
