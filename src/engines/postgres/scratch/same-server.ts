import { JemError } from '../../../errors.ts';
import type { Session } from '../../engine.ts';
import type { Scratch, ScratchOptions } from '../../engine.ts';
import type { ConnectTarget } from '../connection.ts';
import { connectTo } from './connect.ts';
import { readLive } from './live.ts';
import { newName, openOwnDatabase } from './own-database.ts';

/**
 * A database beside the live one. Throws `scratch-unavailable` where none may be made, or the
 * server is a standby.
 */
export async function openSameServer(options: ScratchOptions): Promise<Scratch> {
  const { like, ledgerTable, signal } = options;
  if (like === null || !hasTarget(like))
    throw new JemError('scratch-unavailable', 'There is no live server to make a database on', {
      hint: 'Name a database to try things in: --scratch URL',
    });
  const { target } = like;
  const name = newName();
  const params = { ...target.conninfo.params, application_name: name };
  const live = await readLive(like, ledgerTable);
  const admin = await connectTo(target, { params }, signal);
  try {
    const visit = { target, admin, live, signal };
    return await openOwnDatabase(visit, name, async () => {});
  } catch (error) {
    await admin[Symbol.asyncDispose]();
    throw error;
  }
}

function hasTarget(session: Session): session is Session & { readonly target: ConnectTarget } {
  return 'target' in session;
}
