import type { ScratchWish } from '../migrate/scratch.ts';
import type { SettingName } from '../setting-specs.ts';
import { parseTarget } from '../target.ts';
import type { Context } from './context.ts';

/** Settings of the commands that try things in a scratch database. */
export const scratchSettings = ['scratch', 'postgresBin'] as const satisfies readonly SettingName[];

/** Where the settings want scratch databases. Throws the errors of a URL that cannot be read. */
export async function scratchWish({ settings, environment }: Context): Promise<ScratchWish> {
  const { value, base } = settings.scratch;
  const { postgresBin: binaries } = settings;
  const common = { binaries, environment, recorded: value === 'recorded' };
  if (value === null || value === 'recorded') return { ...common, place: null };
  if (value === 'same-server') return { ...common, place: 'same-server' };
  return { ...common, place: await parseTarget(value, { ...environment, cwd: base }) };
}
