import type { JemError, SourceLocation } from '../errors.ts';
import type { Paint } from './paint.ts';
import { labelled } from './text.ts';

/** Widest excerpt of a source line that is shown around the caret. */
const excerptWidth = 66;

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

/** An error for the reader: what happened, where, why, and what to do next. */
export function renderError(error: JemError, paint: Paint, verbose: boolean): string {
  const { location, why, original, hint, data } = error.details;
  const lines = [labelled('', paint.red('error: ') + paint.bold(error.message))];
  if (location) {
    lines.push(`  at ${location.file}:${location.line}:${location.column}`);
    lines.push(...caret(location, paint));
  }
  if (why) lines.push(labelled('  why:  ', why));
  if (original && original !== error.message) lines.push(labelled('  said: ', original));
  if (data && verbose) lines.push(labelled('  data: ', data));
  if (hint) lines.push(labelled('  next: ', hint));
  return lines.join('\n') + '\n';
}
