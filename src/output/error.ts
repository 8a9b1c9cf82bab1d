import type { JemError, SourceLocation } from '../errors.ts';
import type { Paint } from './paint.ts';
import { labelled } from './text.ts';

/** Widest excerpt of a source line that is shown around the caret. */
const excerptWidth = 66;
/** How many migrations are named in a list of them. */
const mostNames = 10;

function caret(location: SourceLocation, paint: Paint): string[] {
  if (location.text === undefined) return [];
  const gutter = `  ${location.line} | `;
  const characters = [...location.text.replaceAll('\t', ' ')];
  const column = (location.textColumn ?? location.column) - 1;
  const cut = characters.length > excerptWidth;
  const start = cut ? Math.max(0, column - excerptWidth / 2) : 0;
  const shown = characters.slice(start, start + excerptWidth).join('');
  const indent = `${' '.repeat(gutter.length - 2)}| ${' '.repeat(column - start)}`;
  return [paint.dim(gutter) + shown, indent + paint.red('^')];
}

const done: Readonly<Record<string, string>> = {
  applied: '  done: applied ',
  reverted: '  done: reverted ',
  appliedByOthers: '  done by another runner: ',
  failed: '  failed: ',
  inDoubt: '  not known: ',
  remaining: '  left: ',
};

/** What was done before the failure and what was not, from the command's own result. */
function soFar(result: object): string[] {
  return Object.entries(result).flatMap(([field, value]: [string, unknown]) => {
    const label = done[field];
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!label || list.length === 0) return [];
    return [labelled(label, namesOf(list).join(', '))];
  });
}

function namesOf(list: readonly unknown[]): string[] {
  const names = list.map((each) =>
    typeof each === 'object' && each !== null && 'name' in each ? String(each.name) : String(each),
  );
  return names.length <= mostNames
    ? names
    : [...names.slice(0, mostNames), `and ${names.length - mostNames} more`];
}

/** An error for the reader: what happened, where, why, and what to do next. */
export function renderError(error: JemError, paint: Paint, verbose: boolean): string {
  const { location, why, original, hint, data } = error.details;
  const lines = [labelled('', paint.red('error: ') + paint.bold(error.message))];
  if (location) {
    lines.push(`  at ${location.file}:${location.line}:${location.column}`);
    lines.push(...caret(location, paint));
  }
  if (why) lines.push(labelled('  why:  ', why));
  if (original && original.toLowerCase() !== error.message.toLowerCase())
    lines.push(labelled('  said: ', original));
  if (data && verbose) lines.push(labelled('  data: ', data));
  lines.push(...soFar(error.details.result ?? {}));
  if (hint) lines.push(labelled('  next: ', hint));
  return lines.join('\n') + '\n';
}
