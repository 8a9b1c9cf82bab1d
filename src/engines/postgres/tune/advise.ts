import type { Advice, Unjudged } from '../../tuning.ts';
import type { Wanted } from './wanted.ts';
import { numeric, type ServerSettings, type Setting, shown } from './settings.ts';
import { bytesPerUnit, memoryText } from './units.ts';

/** A rule of thumb is no more exact than this: nobody restarts a server for less. */
const tolerance = 0.15;

export type Judged =
  | { readonly kind: 'advice'; readonly advice: Advice }
  | { readonly kind: 'fitting'; readonly setting: string }
  | { readonly kind: 'unjudged'; readonly unjudged: Unjudged };

/** One setting as it is, held against what it should be. Pure. */
export function judge(wanted: Wanted, server: ServerSettings): Judged {
  const setting = server.byName.get(wanted.setting);
  if (!setting)
    return unjudged(wanted.setting, 'this server has no such setting, or hides it from this role');
  if (typeof wanted.value === 'string' && setting.choices?.includes(wanted.value) === false)
    return unjudged(wanted.setting, `this server was built without "${wanted.value}"`);
  if (followsByItself(setting)) return { kind: 'fitting', setting: wanted.setting };
  const value = within(wanted.value, setting);
  const base = baseOf(setting);
  if (fits(base, value, wanted)) return { kind: 'fitting', setting: wanted.setting };
  return { kind: 'advice', advice: adviceOf(wanted, value, setting, server) };
}

/** Where nobody has set it, the server makes it a share of shared_buffers when it starts. */
function followsByItself({ name, source }: Setting): boolean {
  return name === 'wal_buffers' && (source === 'default' || source === 'override');
}

/** The server's own value: a database or a role may have another, and a file one that waits. */
function baseOf(setting: Setting): Pick<Setting, 'value' | 'unit'> {
  const { inFiles, unit } = setting;
  if (inFiles !== null && (isOverridden(setting) || setting.pendingRestart))
    return { value: inFiles, unit };
  return setting;
}

const overriding = ['database', 'user', 'database user', 'client', 'session', 'global'];

function isOverridden({ source }: Setting): boolean {
  return overriding.includes(source);
}

function within(value: number | string, { unit, minimum, maximum }: Setting): number | string {
  if (typeof value === 'string') return value;
  const factor = bytesPerUnit(unit) ?? 1;
  return Math.max((minimum ?? -Infinity) * factor, Math.min((maximum ?? Infinity) * factor, value));
}

function fits(
  current: Pick<Setting, 'value' | 'unit'>,
  value: number | string,
  { rule }: Wanted,
): boolean {
  if (typeof value === 'string') return current.value === value || isMoreThan(current.value, value);
  const number = numeric(current);
  if (number === null) return false;
  if (rule === 'raise' && number >= value * (1 - tolerance)) return true;
  if (rule === 'exact') return Math.abs(number - value) < 1e-9;
  return Math.abs(number - value) <= tolerance * value;
}

/** A choice that does as well: zstd packs better than lz4, and `on` asks for what `try` tries. */
function isMoreThan(current: string, wanted: string): boolean {
  if (wanted === 'try') return current === 'on';
  return wanted === 'lz4' && current === 'zstd';
}

function adviceOf(
  { setting: name, why }: Wanted,
  value: number | string,
  setting: Setting,
  server: ServerSettings,
): Advice {
  const isSize = bytesPerUnit(setting.unit) !== null;
  const advised = typeof value === 'string' ? value : isSize ? memoryText(value) : String(value);
  return {
    setting: name,
    current: shown(setting),
    source: setting.source,
    advised,
    why,
    appliedBy: setting.context === 'postmaster' ? 'restart' : 'reload',
    statement: `ALTER SYSTEM SET ${name} = ${quoted(advised)};`,
    line: `${name} = ${quoted(advised)}`,
    note: noteOn(setting, server),
  };
}

/** Numbers stand as they are; all else between quotes, as postgresql.conf wants it too. */
export function quoted(value: string): string {
  return /^\d+(\.\d+)?$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`;
}

const asPrimary = ['max_connections', 'max_worker_processes'];

function noteOn(setting: Setting, { overrides, standby }: ServerSettings): string | null {
  const { name, source, pendingRestart, inFiles } = setting;
  const others = overrides.filter((one) => one.setting === name);
  const notes = [
    source === 'command line' || source === 'environment variable'
      ? `it is set by the ${source} that the server is started with, which wins: change it there`
      : null,
    pendingRestart ? `${inFiles ?? 'another value'} waits for a restart already` : null,
    ...others.map(({ of, value }) => `${of} has ${value} of its own, which wins`),
    standby && asPrimary.includes(name)
      ? 'a standby does not start with less than its primary has: raise it here first, lower it there first'
      : null,
  ].filter((note) => note !== null);
  return notes.length === 0 ? null : notes.join('; ');
}

function unjudged(setting: string, why: string): Judged {
  return { kind: 'unjudged', unjudged: { setting, why } };
}
