import { structuredPatch } from 'diff';

/** The lines that differ, as a unified difference without its file headings. */
export function lineDifference(before: string, after: string): string {
  const { hunks } = structuredPatch('', '', unixLines(before), unixLines(after), '', '', {
    context: 1,
  });
  return hunks
    .map(({ oldStart, newStart, lines }) =>
      [`@@ line ${oldStart}, now ${newStart} @@`, ...lines].join('\n'),
    )
    .join('\n');
}

function unixLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
