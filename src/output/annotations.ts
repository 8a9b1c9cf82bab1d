/** A finding as CI shows it beside the line it is about. */
export interface Annotation {
  readonly rule: string;
  readonly level: 'error' | 'warning' | 'note';
  /** Path below the root of the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string;
}

const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;
const order = ['error', 'warning', 'note'];

/**
 * Workflow commands of GitHub Actions, the worst first, since it shows ten of each kind.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function githubAnnotations(findings: readonly Annotation[]): string {
  return findings
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .map(({ rule, level, file, line, column, message, hint }) => {
      const place = `file=${property(file)},line=${line},col=${column},title=${property(rule)}`;
      return `::${commands[level]} ${place}::${data(`${message}\n${hint}`)}\n`;
    })
    .join('');
}

/** As the toolkit of Actions escapes it (escapeData, escapeProperty of command.ts). */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
