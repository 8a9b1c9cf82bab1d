import type { RestoreOptions, RestoreTarget } from '../../backing-up.ts';
import type { Target } from '../../engine.ts';
import { holdingsOf } from './holds.ts';
import { occupants } from './occupants.ts';
import { openPlace } from './place.ts';
import { presentTables } from './present.ts';

/** What stands where a backup is to be restored, and who uses it. */
export async function lookAt(into: Target, options: RestoreOptions): Promise<RestoreTarget> {
  await using place = await openPlace(into, options);
  const inside = place.inside();
  if (inside === null || place.existing === null) return { exists: false, holds: null };
  if (options.tables !== null) {
    const present = await presentTables(inside, options.tables);
    return { exists: true, holds: present.length === 0 ? null : present.join(', ') };
  }
  const holds = await holdingsOf(inside);
  const users = await occupants(place);
  if (holds === null || users.length === 0) return { exists: true, holds };
  return { exists: true, holds: `${holds}; connected: ${users.join('; ')}` };
}
