import { JemError } from '../../../errors.ts';
import type { Restored, RestoreOptions, LogicalSource } from '../../backing-up.ts';
import type { Target } from '../../engine.ts';
import type { PostgresSession } from '../session.ts';
import { readArchive } from './archive.ts';
import { besideNames } from './beside.ts';
import { factsOf } from './facts.ts';
import { holdingsOf } from './holds.ts';
import { restoreInPlace } from './in-place.ts';
import { boundTo, occupants } from './occupants.ts';
import { openPlace, type Place } from './place.ts';
import { refuseForeignOwners, refuseMissing, refuseOlderServer, rightsOn } from './preflight.ts';
import { replaceDatabase } from './replace.ts';
import type { RestoreWork } from './restore-work.ts';
import { restoreTool } from './restore-tool.ts';
import { restoreTables } from './tables.ts';
import { inUseError } from './switch.ts';

/**
 * Restores a backup into a named database. Everything that can be known to fail is refused before
 * anything is done: `restore-refused`, `tool-missing`, `read-only-target`, `pooler-in-the-way`.
 */
export async function restoreInto(
  source: LogicalSource,
  into: Target,
  options: RestoreOptions,
): Promise<Restored> {
  const facts = factsOf(source.facts);
  const start = performance.now();
  const names = besideNames('conninfo' in into ? nameOf(into) : '');
  await using place = await openPlace(into, options, names.side);
  const rights = await rightsOn(place.any);
  refuseOlderServer(place, source);
  const { binaries, signal } = options;
  const where = { binaries, signal, environment: place.target.environment };
  const tool = await restoreTool(facts.dump.version, place.any.serverVersion, where);
  if (options.tables === null) await refuseMissing(place, facts, options);
  const folder = await source.folder();
  const about = {
    into: place.target.display,
    server: place.any.server,
    after: afterFailure(place),
  };
  const entries = await readArchive(tool, folder, { about, signal });
  if (options.noOwner !== true) await refuseForeignOwners(place, facts, entries, rights);
  const work: RestoreWork = { place, source, facts, rights, tool, folder, entries, about, options };

  if (options.tables !== null) return await timed(start, restoreTables(work, options.tables));
  const mayReplace =
    place.admin !== null &&
    rights.createDatabase &&
    (rights.superuser || (place.existing?.mine ?? true));
  await refuseUsed(place, options);
  if (place.admin !== null && mayReplace)
    return await timed(start, replaceDatabase(work, place.admin, names));
  return await timed(start, restoreInPlace(work));
}

function nameOf(into: object): string {
  const { conninfo } = into as { readonly conninfo: { readonly database: string } };
  return conninfo.database;
}

async function timed(start: number, work: Promise<Omit<Restored, 'restoreMs'>>): Promise<Restored> {
  const done = await work;
  return { ...done, restoreMs: Math.round(performance.now() - start) };
}

function afterFailure({ existing, name }: Place): string {
  return existing === null ? `No database ${name} was made.` : `${name} is as it was.`;
}

async function refuseUsed(place: Place, { clean }: RestoreOptions): Promise<void> {
  const { existing, target, any } = place;
  const inside = place.inside();
  if (existing === null || inside === null) return;
  await refuseFull(inside, place, clean);
  const bound = await boundTo(any, existing.oid);
  if (bound.length > 0)
    throw new JemError('restore-refused', `${target.display} cannot be replaced`, {
      why: `It belongs to ${bound.join(', ')}. Nothing was done.`,
      hint: 'End and drop these first, or restore into another database.',
    });
  const users = clean ? [] : await occupants(place);
  if (users.length > 0) throw inUseError(place, users);
}

async function refuseFull(
  inside: PostgresSession,
  { target }: Place,
  clean: boolean,
): Promise<void> {
  const holds = clean ? null : await holdingsOf(inside);
  if (holds === null) return;
  throw new JemError('restore-refused', `${target.display} is not empty`, {
    why: `It holds ${holds}. Nothing was done.`,
    hint: 'Name another database; or replace it, and lose what it holds: --clean',
  });
}
