import type { PlanNode } from '../engines/slow.ts';
import { count, grouped } from '../output/text.ts';

export const width = 80;
export const margin = '    ';
const longestPlan = 24;

/** A line that fits. */
export function cut(line: string, length: number): string {
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** A plan as a tree of lines; --json has what does not fit. */
export function planLines(plan: PlanNode): string[] {
  const lines = nodeLines(plan, 0);
  if (lines.length <= longestPlan) return lines;
  const more = lines.length - longestPlan;
  return [
    ...lines.slice(0, longestPlan),
    `${margin}… ${count(more, 'more line')}, all with --json`,
  ];
}

const deepest = 16;

function nodeLines(
  { node, relation, index, rows, details, children }: PlanNode,
  depth: number,
): string[] {
  const indent = margin + '  '.repeat(Math.min(depth, deepest));
  const on = relation !== null && !node.includes(relation) ? ` on ${relation}` : '';
  const using = index !== null && !node.includes(index) ? ` using ${index}` : '';
  const estimate = rows === null ? '' : `, about ${grouped(Math.round(rows))} rows`;
  return [
    cut(`${indent}${node}${using}${on}${estimate}`, width),
    ...details.map((detail) => cut(`${indent}    ${detail}`, width)),
    ...children.flatMap((child) => nodeLines(child, depth + 1)),
  ];
}
