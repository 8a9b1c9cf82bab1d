import type { Annotation } from './annotations.ts';

/** A rule as code scanning lists it. */
export interface SarifRule {
  readonly id: string;
  readonly level: Annotation['level'];
  readonly title: string;
  readonly why: string;
  readonly lock: string | null;
}

/** A finding that was accepted where it stands. */
export interface SarifAccepted {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly because: string;
}

interface Results {
  readonly findings: readonly Annotation[];
  readonly accepted: readonly SarifAccepted[];
}

/** One SARIF 2.1.0 log. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarifLog(
  rules: readonly SarifRule[],
  { findings, accepted }: Results,
  version: string,
): object {
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const rule = (id: string): object => ({ ruleId: id, ruleIndex: indexOf.get(id) ?? -1 });
  return {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'jem-db', semanticVersion: version, rules: rules.map(descriptor) },
        },
        // Columns are counted in characters, not in UTF-16 units.
        columnKind: 'unicodeCodePoints',
        results: [
          ...findings.map(({ rule: id, level, file, line, column, message, hint }) => ({
            ...rule(id),
            level,
            message: { text: `${message}. ${hint}` },
            locations: [location(file, { startLine: line, startColumn: column })],
          })),
          ...accepted.map(({ rule: id, file, line, because }) => ({
            ...rule(id),
            level: 'note',
            message: { text: `Accepted because ${because}` },
            locations: [location(file, { startLine: line })],
            suppressions: [{ kind: 'inSource', justification: because }],
          })),
        ],
      },
    ],
  };
}

function descriptor({ id, level, title, why, lock }: SarifRule): object {
  const takes = lock === null ? '' : ` Lock: ${lock}.`;
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: `${title}: ${why}.${takes}` },
    defaultConfiguration: { level },
  };
}

function location(file: string, region: object): object {
  const uri = file.split(/[\\/]/).map(encodeURIComponent).join('/');
  return { physicalLocation: { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region } };
}
