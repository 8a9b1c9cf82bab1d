import type { Judged } from './finding.ts';

/** What one statement was seen to do to one relation that was there before. */
export interface Evidence {
  /** As the engine names it, with its schema. */
  readonly relation: string;
  /** The strongest lock held, with or without `Lock` at its end; null: none was seen. */
  readonly mode: string | null;
  /** Its storage was written anew. */
  readonly rewritten: boolean;
  /** It was read from end to end. */
  readonly scanned: boolean;
}

/** All that one statement of a run was seen to do. */
export interface StatementEvidence {
  /** Path of the file as findings have it. */
  readonly file: string;
  /** 0-based, within the statements that ran. */
  readonly statement: number;
  readonly seen: readonly Evidence[];
}

/**
 * Findings as a run bears them out: confirmed ones say what was seen; those that the run refuted
 * become notes. Those about statements or relations that were not observed stay as they are.
 */
export function withEvidence(
  findings: readonly Judged[],
  evidence: readonly StatementEvidence[],
): Judged[] {
  const observed = new Map(evidence.map((each) => [placeOf(each.file, each.statement), each.seen]));
  return findings.map((finding) => {
    const seen = observed.get(placeOf(finding.file, finding.statement));
    return seen === undefined || finding.harm === null ? finding : judged(finding, seen);
  });
}

const placeOf = (file: string, statement: number | null): string =>
  JSON.stringify([file, statement]);

function judged(finding: Judged, seen: readonly Evidence[]): Judged {
  const own = seen.find(({ relation }) => sameRelation(relation, finding.relation));
  // Of a partitioned table the partitions show it, which have other names.
  const shown = [...(own ? [own] : []), ...(finding.harm === 'lock' ? [] : seen)];
  const confirming = shown.find((each) => bearsOut(finding.harm, each));
  if (confirming) return { ...finding, confirmed: inWords(confirming) };
  if (!own) return finding;
  const message = `${finding.message}; a run did not bear that out: it ${inWords(own)}`;
  return { ...finding, level: 'note', message, confirmed: null };
}

function bearsOut(harm: Judged['harm'], { mode, rewritten, scanned }: Evidence): boolean {
  if (harm === 'rewrite') return rewritten || scanned;
  if (harm === 'scan') return scanned || rewritten;
  return mode !== null;
}

/** `held AccessExclusive on app.orders, rewrote it, read 1 full scan`. */
function inWords({ relation, mode, rewritten, scanned }: Evidence): string {
  return [
    mode === null ? `held no lock on ${relation}` : `held ${bare(mode)} on ${relation}`,
    ...(rewritten ? ['rewrote it'] : []),
    ...(scanned ? ['read 1 full scan'] : []),
    ...(rewritten || scanned ? [] : ['rewrote and read nothing']),
  ].join(', ');
}

const bare = (mode: string): string => mode.replace(/Lock$/, '');

/** A finding knows a relation as the file names it: perhaps without its schema. */
function sameRelation(seen: string, named: string | null): boolean {
  if (named === null) return false;
  const plain = (name: string): string => name.replaceAll('"', '');
  return plain(seen) === plain(named) || plain(seen).endsWith(`.${plain(named)}`);
}
