import { JemError } from '../../../errors.ts';
import { ownerOptions } from './preflight.ts';
import { runRestore } from './restore-tool.ts';
import type { Outcome, RestoreWork } from './restore-work.ts';
import { holdingsOf } from './holds.ts';
import { tablespaceOptions } from './tablespaces.ts';

/** Restores into an empty database in one transaction, where no other may be made beside it. */
export async function restoreInPlace(work: RestoreWork): Promise<Outcome> {
  const { place, facts, tool, folder, entries, about, options, rights } = work;
  const session = place.inside();
  if (session === null)
    throw new JemError('restore-refused', `${place.target.display} does not exist`, {
      why: `${rights.user} may not create it: the role lacks CREATEDB. Nothing was done.`,
      hint: 'Create it, empty, and run the command again; or ALTER ROLE … CREATEDB.',
    });
  const holds = await holdingsOf(session);
  if (holds !== null)
    throw new JemError(
      'restore-refused',
      `${rights.user} may not replace ${place.target.display}`,
      {
        why: `It holds ${holds}, and only its owner with CREATEDB, or a superuser, can put another in its place. Nothing was done.`,
        hint: 'ALTER ROLE … CREATEDB and use the owner; or name an empty database.',
      },
    );
  const { signal, onProgress } = options;
  const tablespaces = await tablespaceOptions(session, facts);
  await runRestore({
    ...{ tool, folder, session, jobs: null, entries, about, signal, onProgress },
    options: [...ownerOptions(options), ...tablespaces.options],
  });
  await session.query('SET client_min_messages = error; ANALYZE');
  const way = `Restored into the empty ${place.name} in one transaction: all of it, or nothing.`;
  return { way, warnings: tablespaces.warnings };
}
