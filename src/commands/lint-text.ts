import type { LintResult } from '../migrate/lint.ts';
import type { Finding, Level, RuleFacts } from '../migrate/lint/finding.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, labelled } from '../output/text.ts';

/** The findings for people; the safe way of a rule is told once. */
export function lintText({ findings, files, accepted }: LintResult, paint: Paint): string {
  const told = new Set<string>();
  const blocks = findings.map((finding) => {
    const first = !told.has(finding.rule);
    told.add(finding.rule);
    return block(finding, first, paint);
  });
  return [...blocks, summary(findings, files, accepted.length, paint)].join('\n');
}

function block(finding: Finding, first: boolean, paint: Paint): string {
  const { file, line, column, level, rule, message, hint, lock, confirmed } = finding;
  const lines = [
    `${paint.bold(`${file}:${line}:${column}`)}  ${coloured(level, paint)}  ${rule}`,
    labelled('  ', message),
    ...(lock === null ? [] : [labelled('  lock: ', lock)]),
    ...(confirmed === null ? [] : [labelled('  seen: ', confirmed)]),
    ...(first ? [labelled('  safe: ', hint)] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function coloured(level: Level, paint: Paint): string {
  if (level === 'error') return paint.red(level);
  return level === 'warning' ? paint.yellow(level) : paint.cyan(level);
}

function summary(
  findings: readonly Finding[],
  files: number,
  accepted: number,
  paint: Paint,
): string {
  const looked = count(files, 'file');
  const also = accepted > 0 ? `; ${accepted} accepted` : '';
  if (findings.length === 0) return `Nothing found in ${looked}${also}.\n`;
  const kinds = (['error', 'warning', 'note'] as const).flatMap((level) => {
    const number = findings.filter((finding) => finding.level === level).length;
    return number > 0 ? [count(number, level)] : [];
  });
  return `${paint.bold(`${kinds.join(', ')} in ${looked}${also}`)}\n`;
}

/** The rules as a list. */
export function rulesText(rules: readonly ListedRule[]): string {
  const rows = rules.map(({ id, level, lock, engines }) => [
    id,
    level,
    lock ?? '-',
    engines.join(', '),
  ]);
  const details = rules.flatMap(({ id, title, why, optIn }) => [
    '',
    optIn ? `${id} (only where asked for: --rule ${id})` : id,
    labelled('  ', `${title}: ${why}`),
  ]);
  return [...columns([['RULE', 'LEVEL', 'LOCK', 'ENGINES'], ...rows]), ...details, ''].join('\n');
}

export type ListedRule = RuleFacts & { readonly engines: readonly string[] };
