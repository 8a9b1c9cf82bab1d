/** When a job runs, as all three forms can say it. */
export interface When {
  readonly minutes: readonly number[];
  /** Null: every hour. */
  readonly hours: readonly number[] | null;
  /** On Sundays alone. */
  readonly weekly: boolean;
}

const dayMinutes = 24 * 60;
const units = { min: 1, h: 60, d: dayMinutes, w: 7 * dayMinutes } as const;

/** At night, and not at the full hour, when everybody's jobs run. */
const usualTime = '02:30';

/**
 * Reads a time of day (`02:30`) and an interval (`30min`, `6h`, `1d`, `1w`) that divides an hour, a
 * day, or is one or seven days; null where they say no such thing. Without either: every night.
 */
export function readWhen(at: string | undefined, every: string | undefined): When | null {
  const interval = every === undefined ? dayMinutes : minutesIn(every);
  const start = timeOfDay(at ?? (interval !== null && interval < dayMinutes ? '00:00' : usualTime));
  if (interval === null || start === null) return null;
  if (interval === dayMinutes || interval === 7 * dayMinutes)
    return {
      minutes: [start % 60],
      hours: [Math.floor(start / 60)],
      weekly: interval > dayMinutes,
    };
  if (interval < 60 && 60 % interval === 0)
    return { minutes: steps(start % interval, interval, 60), hours: null, weekly: false };
  if (interval % 60 !== 0 || dayMinutes % interval !== 0) return null;
  const hours = interval / 60;
  return {
    minutes: [start % 60],
    hours: hours === 1 ? null : steps(Math.floor(start / 60) % hours, hours, 24),
    weekly: false,
  };
}

function minutesIn(text: string): number | null {
  const [, amount, unit] = /^(\d{1,4})(min|h|d|w)$/.exec(text) ?? [];
  if (amount === undefined || Number(amount) === 0) return null;
  return Number(amount) * units[unit as keyof typeof units];
}

function timeOfDay(text: string): number | null {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined ? null : Number(hour) * 60 + Number(minute);
}

function steps(first: number, step: number, end: number): number[] {
  return Array.from(
    { length: Math.ceil((end - first) / step) },
    (_, index) => first + index * step,
  );
}

/** The five fields of cron. */
export function cronTime({ minutes, hours, weekly }: When): string {
  return [minutes.join(','), hours?.join(',') ?? '*', '*', '*', weekly ? '0' : '*'].join(' ');
}

/** What stands behind systemd's `OnCalendar=`. */
export function calendarTime({ minutes, hours, weekly }: When): string {
  const two = (numbers: readonly number[]): string =>
    numbers.map((each) => String(each).padStart(2, '0')).join(',');
  const time = `*-*-* ${hours === null ? '*' : two(hours)}:${two(minutes)}:00`;
  return weekly ? `Sun ${time}` : time;
}
