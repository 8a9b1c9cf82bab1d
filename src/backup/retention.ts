import { before, type Span } from './span.ts';

/** What is to be kept; a backup that any rule keeps stays. */
export interface KeepRules {
  /** The newest of all. */
  readonly last: number;
  /** Those that were begun at or after this much before the newest; null: no such rule. */
  readonly within: Span | null;
  /** The newest of each of the last so many days, weeks … that have any (UTC, ISO weeks). */
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

export interface Candidate {
  readonly id: string;
  /** When it was begun; null: its manifest cannot be read. */
  readonly startedAt: Date | null;
  /** What was backed up: rules count for each database of its own. */
  readonly database: string;
  /** Its last restore brought back what the database held. */
  readonly proved: boolean;
  /** Id of the one that it builds on; null: none. */
  readonly parent: string | null;
}

export interface Kept {
  readonly id: string;
  /** Every reason: `last 7`, `daily 2026-11-21`, `newest proved`. */
  readonly because: readonly string[];
}

export interface PrunePlan {
  readonly keep: readonly Kept[];
  readonly remove: readonly string[];
}

/**
 * Pure: which backups stay. The newest proved one of each database always does, and so does what
 * cannot be read unless `unreadable` gives it up, what `others` names with a reason, and whatever
 * one that stays builds on.
 */
export function planPrune(
  candidates: readonly Candidate[],
  rules: KeepRules,
  unreadable: 'keep' | 'remove' = 'keep',
  others: ReadonlyMap<string, string> = new Map(),
): PrunePlan {
  const reasons = new Map<string, string[]>(candidates.map(({ id }) => [id, []]));
  const keep = ({ id }: Candidate, why: string): void => void reasons.get(id)?.push(why);
  const readable = candidates.filter(isReadable);
  for (const database of new Set(readable.map((each) => each.database))) {
    const newestFirst = readable
      .filter((each) => each.database === database)
      .toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime() || (a.id < b.id ? 1 : -1));
    keepByRules(newestFirst, rules, keep);
    const proved = newestFirst.find((each) => each.proved);
    if (proved) keep(proved, 'newest proved');
  }
  for (const [id, why] of others) reasons.get(id)?.push(why);
  if (unreadable === 'keep')
    for (const each of candidates) if (!isReadable(each)) keep(each, 'unreadable');
  keepParents(candidates, reasons);
  const kept = [...reasons].map(([id, because]) => ({ id, because }));
  return {
    keep: kept.filter(({ because }) => because.length > 0),
    remove: kept.filter(({ because }) => because.length === 0).map(({ id }) => id),
  };
}

type Readable = Candidate & { readonly startedAt: Date };

function isReadable(candidate: Candidate): candidate is Readable {
  return candidate.startedAt !== null;
}

/** Newest first: what builds on others is later than they are, and is decided before them. */
function keepParents(
  candidates: readonly Candidate[],
  reasons: ReadonlyMap<string, string[]>,
): void {
  const newestFirst = candidates.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  for (const { id, parent } of newestFirst)
    if (parent !== null && (reasons.get(id) ?? []).length > 0)
      reasons.get(parent)?.push(`${id} builds on it`);
}

const periods = {
  daily: dayOf,
  weekly: weekOf,
  monthly: (date: Date) => date.toISOString().slice(0, 7),
  yearly: (date: Date) => date.toISOString().slice(0, 4),
} as const satisfies Partial<Record<keyof KeepRules, (date: Date) => string>>;

function keepByRules(
  newestFirst: readonly Readable[],
  rules: KeepRules,
  keep: (candidate: Candidate, why: string) => void,
): void {
  const [newest] = newestFirst;
  if (!newest) return;
  for (const each of newestFirst.slice(0, rules.last)) keep(each, `last ${rules.last}`);
  if (rules.within !== null) {
    const since = before(newest.startedAt, rules.within);
    for (const each of newestFirst) if (each.startedAt >= since) keep(each, 'within the time');
  }
  for (const [rule, periodOf] of Object.entries(periods)) {
    const seen = new Set<string>();
    for (const each of newestFirst) {
      const period = periodOf(each.startedAt);
      if (seen.has(period) || seen.size >= rules[rule as keyof typeof periods]) continue;
      seen.add(period);
      keep(each, `${rule} ${period}`);
    }
  }
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** ISO 8601: weeks begin on Monday, and belong to the year of their Thursday. */
function weekOf(date: Date): string {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const midnight = Date.parse(dayOf(thursday));
  const week = Math.floor((midnight - newYear) / 604_800_000) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}
