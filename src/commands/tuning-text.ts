import type { Advice, SettingOverride, Unjudged } from '../engines/tuning.ts';
import type { TuneResult } from '../health/tune/tune.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, labelled } from '../output/text.ts';
import { describeCheck } from './health-text.ts';

/** The advice for people: what, why, and the SQL. */
export function tuningText(result: TuneResult, paint: Paint): string {
  const { advice, fitting, checks, overrides, unjudged } = result;
  return [
    machineLine(result),
    '',
    ...checks.flatMap((check) => [...describeCheck(check, paint), '']),
    ...(advice.length > 0 ? [...table(advice), '', ...advice.map(whyLine), ''] : []),
    conclusion(advice, fitting.length),
    ...pendingLines(result),
    ...overrideLines(overrides),
    ...unjudgedLines(unjudged),
    ...(result.whyNot === null ? [] : ['', labelled('', result.whyNot)]),
    ...(advice.length > 0 ? ['', statementsOf(result)] : []),
    '',
  ].join('\n');
}

function machineLine({ machine, workload, memory }: TuneResult): string {
  const gigabytes = machine.ram / 2 ** 30;
  const ram = gigabytes >= 1 ? `${Number(gigabytes.toFixed(1))} GB` : `${machine.ram / 2 ** 20} MB`;
  const cpus = machine.cpus === null ? [] : [`${count(machine.cpus, 'CPU')} (${machine.cpusFrom})`];
  const disk = machine.disk === null ? [] : [`${machine.disk} (${machine.diskFrom})`];
  const load = memory === null ? [] : [`for ${workload}`];
  const parts = [`${ram} of memory (${machine.ramFrom})`, ...cpus, ...disk, ...load];
  return labelled('', parts.join(', '));
}

function table(advice: readonly Advice[]): string[] {
  return columns([
    ['setting', 'now', 'advised', 'by'],
    ...advice.map(({ setting, current, advised, appliedBy }) => [
      setting,
      current ?? '?',
      advised,
      appliedBy,
    ]),
  ]);
}

function whyLine({ setting, why, note }: Advice): string {
  return labelled(`  ${setting}: `, note === null ? why : `${why} (${note})`);
}

function conclusion(advice: readonly Advice[], fitting: number): string {
  if (advice.length === 0)
    return `All of the ${count(fitting, 'setting')} that were looked at are as they should be.`;
  const rest = fitting === 0 ? '' : `; ${count(fitting, 'other')} as they should be`;
  return `${count(advice.length, 'setting')} to change${rest}.`;
}

function pendingLines({ pendingRestart }: TuneResult): string[] {
  if (pendingRestart.length === 0) return [];
  return [
    labelled('', `Changed already, and waiting for a restart: ${pendingRestart.join(', ')}.`),
  ];
}

function overrideLines(overrides: readonly SettingOverride[]): string[] {
  if (overrides.length === 0) return [];
  return [
    '',
    'Of their own, whatever the server has:',
    ...overrides.map(({ setting, value, of }) => labelled('  ', `${of}: ${setting} = ${value}`)),
  ];
}

function unjudgedLines(unjudged: readonly Unjudged[]): string[] {
  if (unjudged.length === 0) return [];
  const reasons = [...new Set(unjudged.map(({ why }) => why))];
  return [
    '',
    ...reasons.map((reason) => {
      const names = unjudged.filter(({ why }) => why === reason).map(({ setting }) => setting);
      return labelled('Not judged: ', `${names.join(', ')}: ${reason}`);
    }),
  ];
}

/** The SQL with the comments that belong to it: what to run, and in what order. */
function statementsOf({ advice }: TuneResult): string {
  const of = (by: Advice['appliedBy']) => advice.filter(({ appliedBy }) => appliedBy === by);
  const restart = of('restart').map(({ statement }) => statement);
  const reload = of('reload').map(({ statement }) => statement);
  const lines = [
    ...reload,
    ...(restart.length > 0 ? ['-- These take effect with a restart of the server:'] : []),
    ...restart,
    ...(reload.length > 0 ? ['SELECT pg_reload_conf();'] : []),
    ...(of('database').length > 0 ? ['-- Once; it stays in the file:'] : []),
    ...of('database').map(({ statement }) => statement),
    ...(of('connection').length > 0
      ? ['-- Every connection of the application, first of all:']
      : []),
    ...of('connection').map(({ statement }) => statement),
  ];
  return lines.join('\n');
}

/** The statements alone, for psql. */
export function tuningSql(result: TuneResult): string {
  const { advice } = result;
  return [
    ...remarks(result).map((line) => `-- ${line}`),
    advice.length === 0 ? '-- Nothing to change.' : statementsOf(result),
    '',
  ].join('\n');
}

/** Lines for postgresql.conf. */
export function tuningLines(result: TuneResult): string {
  const { advice } = result;
  return [
    ...remarks(result).map((line) => `# ${line}`),
    ...(advice.length === 0 ? ['# Nothing to change.'] : []),
    ...advice.map(({ line, statement, appliedBy }) =>
      line === null ? `# ${statement}` : `${line}  # ${appliedBy}`,
    ),
    '',
  ].join('\n');
}

/** What nobody should miss who takes the lines alone. */
function remarks({ checks, advice, whyNot }: TuneResult): string[] {
  return [
    ...checks.flatMap(({ status, summary, hint }) =>
      status === 'ok' ? [] : [`${status}: ${summary}`, hint ?? ''],
    ),
    ...(whyNot === null ? [] : [whyNot]),
    ...advice.flatMap(({ setting, note }) => (note === null ? [] : [`${setting}: ${note}`])),
  ];
}
