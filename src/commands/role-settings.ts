import type { Session } from '../engines/engine.ts';
import type { RolesOf } from '../roles/verify.ts';
import type { Paint } from '../output/paint.ts';
import { labelled } from '../output/text.ts';
import { type Context, directTargetOf, engineInUse, openSession } from './context.ts';

/** Settings of every command that works with the set of roles. */
export const roleSettings = [
  'rolePrefix',
  'roleSchemas',
  'roles',
  'withoutRoles',
  'ledgerTable',
  'directUrl',
] as const;

/** The set that the settings describe. Throws `bad-setting`. */
export async function wantedIn({ settings }: Context) {
  const { wantedRoles } = await import('../roles/wanted.ts');
  const { rolePrefix, roleSchemas, roles, withoutRoles, ledgerTable } = settings;
  return wantedRoles({
    prefix: rolePrefix,
    schemas: roleSchemas,
    entries: roles,
    skip: withoutRoles,
    ledgerTable,
  });
}

/** Refuses an engine without roles before it is connected to. The caller disposes of the session. */
export async function openForRoles(context: Context, mode: 'read' | 'existing'): Promise<Session> {
  const { roleKeepingOf } = await import('../roles/keeping.ts');
  await roleKeepingOf(await engineInUse(context));
  return openSession(context, await directTargetOf(context), mode);
}

/** Which roles, of what. */
export function describeHead({ database, schemas, roles }: RolesOf, paint: Paint): string[] {
  return [
    paint.bold(labelled('', `Database ${database}, schema ${schemas.join(', ')}`)),
    paint.dim(labelled('Roles: ', roles.map(({ name }) => name).join(', '))),
  ];
}

/** What could not be looked at. */
export function describeUnseen(
  unseen: readonly { readonly what: string; readonly needs: string }[],
  paint: Paint,
): string[] {
  return unseen.map(({ what, needs }) =>
    paint.yellow(labelled('Not seen: ', `${what}. It needs: ${needs}`)),
  );
}
