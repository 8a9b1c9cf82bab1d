/** The last lines of a program's log, without their times; null where there are none. */
export function lastLines(log: string | undefined): string | null {
  const lines = (log ?? '').split('\n').map((line) => line.replace(stamp, '').trimEnd());
  const last = lines.filter((line) => line !== '').slice(-5);
  return last.length === 0 ? null : last.join('\n');
}

/** `2026-11-21 14:50:46.441 UTC [19925] `. */
const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \S+ \[\d+\] /;
