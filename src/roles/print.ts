import type { Session } from '../engines/engine.ts';
import type { WantedRoles } from '../engines/roles.ts';
import { roleKeepingOf } from './keeping.ts';
import { headOf, type RolesOf } from './verify.ts';

export interface PrintedRoles extends RolesOf {
  /** SQL for the server’s own client, in one transaction. */
  readonly script: string;
}

/** The whole set as a script that can be run again and again. Changes nothing. */
export async function printRoles(session: Session, wanted: WantedRoles): Promise<PrintedRoles> {
  const keeping = await roleKeepingOf(session.engine);
  const { database, script } = await keeping.script(session, wanted);
  return { ...headOf({ database }, wanted), script };
}
