import type { Advice, NoPlan } from '../engines/slow.ts';
import type {
  Blocked,
  Counted,
  Percentile,
  Sampled,
  SlowResult,
  SlowStatement,
} from '../health/slow/result.ts';
import type { Paint } from '../output/paint.ts';
import { count, duration, grouped, labelled } from '../output/text.ts';
import { cut, margin, planLines, width } from './plan-lines.ts';

/** Plans are long: the worst few tell most, and --json has all. */
const plansShown = 3;

/** The result of `health slow` for people: the worst first. */
export function slowText(result: SlowResult, paint: Paint): string {
  const { source, statements, blocked } = result;
  const plans = source === 'statements' ? statements.length : plansShown;
  const lines = [
    paint.bold(headline(result)),
    ...unlooked(result),
    ...statements.flatMap((one, at) => [
      '',
      ...describe(one, at, at < plans, paint),
      ...advised(one.advice, statements.slice(0, at), paint),
    ]),
    ...(blocked.length > 0 ? ['', paint.bold('Waiting for locks')] : []),
    ...blocked.flatMap((one) => describeBlocked(one)),
    '',
    conclusion(result, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function headline({ source, period, by, total, statements }: SlowResult): string {
  if (source === 'statements' || period === null)
    return `Plans of ${count(statements.length, 'statement')}`;
  if (source === 'sessions')
    return `Seen running in ${duration(period.ms)} (${count(period.looks ?? 0, 'look')} at the sessions)`;
  const span = period.from === null ? 'since the counters began' : `in ${time(period.ms)}`;
  return `${grouped(total?.statements ?? 0)} statements ran ${grouped(total?.calls ?? 0)} times ${span}; by ${by}`;
}

function unlooked({ source, noStatistics, unseen, notes }: SlowResult): string[] {
  const hidden =
    unseen &&
    `Not seen: ${count(unseen.number, source === 'sessions' ? 'session' : 'statement')} of other roles${unseen.totalMs === null ? '' : ` (${grouped(unseen.calls ?? 0)} calls, ${time(unseen.totalMs)})`}. ${unseen.grant}`;
  return [
    ...(noStatistics ? [labelled('', `No counters: ${withHint(noStatistics)}`)] : []),
    ...(hidden ? [labelled('', hidden)] : []),
    ...notes.map(({ message, sql }) => labelled('', sql === null ? message : `${message}. ${sql}`)),
  ];
}

function withHint({ reason, hint }: NoPlan): string {
  return hint === null ? `${reason}.` : `${reason}. ${hint}`;
}

function describe(one: SlowStatement, at: number, withPlan: boolean, paint: Paint): string[] {
  const { counted, sampled, role, text, plan, noPlan, beyond } = one;
  const numbers = counted ? countedText(counted) : sampled ? sampledText(sampled) : '';
  const first = labelled(`${String(at + 1).padStart(2)}. `, numbers);
  return [
    ...(numbers === '' ? [] : [beyond ? paint.red(first) : first]),
    ...shortened(text, numbers === '' ? `${String(at + 1).padStart(2)}. ` : margin).map(paint.bold),
    ...(counted
      ? [paint.dim(percentilesText(counted, role))]
      : role
        ? [paint.dim(`${margin}role ${role}`)]
        : []),
    ...(plan && withPlan ? planLines(plan) : []),
    ...(noPlan && withPlan ? [labelled(`${margin}no plan: `, withHint(noPlan))] : []),
  ];
}

/** What was said of a statement before it is not said again. */
function advised(
  advice: readonly Advice[],
  before: readonly SlowStatement[],
  paint: Paint,
): string[] {
  return advice.flatMap(({ id, reason, sql }) => {
    const first =
      sql === null ? -1 : before.findIndex((one) => one.advice.some((it) => it.sql === sql));
    if (first >= 0) return [`${margin}${id}: as for ${first + 1}.`];
    const why = paint.yellow(labelled(`${margin}${id}: `, reason));
    return sql === null ? [why] : [why, labelled(`${margin}  `, sql)];
  });
}

function countedText({ share, totalMs, calls, meanMs, rows }: Counted): string {
  return [
    `${Math.round(share * 100)} % of all time`,
    time(totalMs),
    count(calls, 'call').replace(/^\d+/, grouped(calls)),
    `mean ${time(meanMs)}`,
    rowsEach(rows / calls),
  ].join(', ');
}

function rowsEach(rows: number): string {
  const text = rows < 10 && !Number.isInteger(rows) ? rows.toFixed(1) : grouped(Math.round(rows));
  return `${text} row${text === '1' ? '' : 's'} each`;
}

function sampledText({ runs, seen, longestMs, waits }: Sampled): string {
  const [most] = waits;
  const waited = most ? `, waits for ${most.event}` : '';
  return `seen ${count(seen, 'time')} in ${count(runs, 'run')}, the longest at least ${time(longestMs)}${waited}`;
}

function percentilesText({ p95, p99 }: Counted, role: string | null): string {
  const texts = [`P95 ${percentileText(p95)}`, `P99 ${percentileText(p99)}`];
  return labelled(margin, [...(role === null ? [] : [`role ${role}`]), ...texts].join(', '));
}

function percentileText({ estimateMs, atLeastMs, atMostMs }: Percentile): string {
  const range = [time(atLeastMs), time(atMostMs)];
  if (range[0] === range[1]) return range[0] ?? '';
  const certain = range.join(' to ');
  return estimateMs === null ? certain : `~${time(estimateMs)} (${certain})`;
}

/** Milliseconds with the digits that tell quick statements apart. */
function time(ms: number): string {
  if (ms >= 99.5) return duration(ms);
  return `${ms >= 10 ? ms.toFixed(0) : ms >= 1 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

const textLines = 2;

/** The statement in two lines at most. */
function shortened(text: string, label: string): string[] {
  const lines = labelled(label, text.replaceAll('`', "'")).split('\n');
  const shown = lines.slice(0, textLines).map((line) => cut(line, width));
  if (lines.length <= textLines) return shown;
  return [...shown.slice(0, -1), cut(`${shown.at(-1)} …`, width)];
}

function describeBlocked({ pid, role, text, elapsedMs, by }: Blocked): string[] {
  return [
    cut(`${margin}process ${pid} (${role}), after ${time(elapsedMs)}: ${text}`, width),
    ...by.map((one) =>
      one.pid === 0
        ? `${margin}  behind a prepared transaction: see pg_prepared_xacts`
        : labelled(
            `${margin}  behind `,
            `process ${one.pid} (${[one.role, one.application, one.state].filter(Boolean).join(', ')}${one.transactionMs === null ? '' : `, transaction open for ${time(one.transactionMs)}`})${one.text === null ? '' : `: ${cut(one.text, width)}`}`,
          ),
    ),
  ];
}

function conclusion(result: SlowResult, paint: Paint): string {
  const { source, beyond, thresholds, statements, unseen } = result;
  const { meanMs, p95Ms, p99Ms } = thresholds;
  if (source === 'statements')
    return beyond > 0 ? paint.yellow(`${count(beyond, 'statement')} with advice.`) : 'No advice.';
  const legend = 'P95 and P99 are not recorded: ~ is an estimate, the range is certain.';
  const limit =
    source === 'sessions'
      ? `one run over ${time(meanMs)}. Looks see no P95: quick runs fall between them.`
      : `mean over ${time(meanMs)}, P95 over ${time(p95Ms)} or P99 over ${time(p99Ms)} for certain. ${legend}`;
  const seen = unseen === null ? '' : ' of what this role may see';
  if (statements.length === 0) return `Nothing${seen} ran.`;
  const verdict = `${beyond > 0 ? beyond : 'None'}${seen} beyond`;
  return labelled('', `${verdict}: ${limit}`);
}
