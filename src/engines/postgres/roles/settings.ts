import type { RoleDeviation, WantedRole } from '../../roles.ts';
import { readable, readableText } from './names.ts';
import { inArea, lacksToAlter, type Planning } from './planning.ts';

const found = inArea('roles');

/** Time limits, and whom the migrator works as. */
export function settingDeviations(planning: Planning): RoleDeviation[] {
  return planning.wanted.roles.flatMap((role) => [
    ...Object.entries(role.timeouts ?? {}).flatMap(([name, ms]) =>
      setting(planning, role, {
        name,
        value: inUnits(Number(ms)),
        same: (text) => milliseconds(text) === Number(ms),
      }),
    ),
    ...(role.kind === 'migrator'
      ? setting(planning, role, {
          name: 'role',
          value: planning.owner.name,
          same: (text) => text === planning.owner.name,
        })
      : []),
  ]);
}

interface WantedSetting {
  readonly name: string;
  readonly value: string;
  readonly same: (text: string) => boolean;
}

function setting(planning: Planning, role: WantedRole, wanted: WantedSetting): RoleDeviation[] {
  const { name, value, same } = wanted;
  const there = planning.seen.roles.get(role.name);
  const everywhere = valueIn(there?.settings, name);
  const here = valueIn(there?.settingsHere, name);
  const isSet = everywhere !== null && same(everywhere);
  const isBent = here !== null && !same(here);
  if (isSet && !isBent && !planning.whole) return [];
  const alter = `ALTER ROLE ${readable(role.name)}`;
  const now = here ?? everywhere;
  return [
    found({
      code: 'setting',
      role: role.name,
      message: `${name} of ${role.name} is ${now === null ? 'not set' : now}, not ${value}`,
      sql: [
        ...(isSet && !planning.whole ? [] : [`${alter} SET ${name} = ${readableText(value)}`]),
        ...(isBent
          ? [`${alter} IN DATABASE ${readable(planning.seen.database)} RESET ${name}`]
          : []),
      ],
      lacks: lacksToAlter(planning, role.name),
    }),
  ];
}

function valueIn(settings: readonly string[] | null | undefined, name: string): string | null {
  const found = settings?.find((each) => each.startsWith(`${name}=`));
  return found === undefined ? null : found.slice(name.length + 1);
}

const units = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Of a time as PostgreSQL reads it: a bare number counts milliseconds; null: it is none. */
function milliseconds(text: string): number | null {
  const [, amount, unit = 'ms'] = /^\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*$/.exec(text) ?? [];
  return amount === undefined
    ? null
    : Math.round(Number(amount) * units[unit as keyof typeof units]);
}

/** The largest unit that leaves a whole number: `15min`; `0` where there is none. */
function inUnits(ms: number): string {
  if (ms === 0) return '0';
  for (const unit of ['h', 'min', 's'] as const)
    if (ms % units[unit] === 0) return `${ms / units[unit]}${unit}`;
  return `${ms}ms`;
}
