export type Level = 'error' | 'warning' | 'note';

/** From the mildest. */
export const levels = ['note', 'warning', 'error'] as const satisfies readonly Level[];

/** What of a finding a run can confirm; null: nothing, it is known from the text alone. */
export type Harm = 'rewrite' | 'scan' | 'lock' | null;

/** What a rule is, without what it looks for. */
export interface RuleFacts {
  /** Stable, kebab-case. */
  readonly id: string;
  readonly level: Level;
  /** The strongest lock that is taken, as the engine names it; null: none to speak of. */
  readonly lock: string | null;
  /** What is dangerous, in few words. */
  readonly title: string;
  /** Why that hurts: a sentence without its capital and its full stop. */
  readonly why: string;
  readonly harm: Harm;
  /** Reported only where it is asked for by name. */
  readonly optIn: boolean;
}

/** What a rule has found in one statement. What is left out is as the rule says. */
export interface Hit {
  /** What the statement does, and on which relation. */
  readonly what: string;
  /** The safe way, with SQL where that helps. */
  readonly hint: string;
  readonly relation: string | null;
  /** Bytes behind the start of the statement. */
  readonly at?: number | undefined;
  readonly why?: string;
  readonly level?: Level;
  readonly lock?: string | null;
  readonly harm?: Harm;
}

/** A rule's hit with its place: `at` in bytes of the file, `statement` 0-based as it runs. */
export interface Judgement {
  readonly rule: RuleFacts;
  readonly hit: Hit;
  readonly at: number;
  readonly statement: number | null;
}

/** One danger, as `migrate lint` prints it. */
export interface Finding {
  readonly rule: string;
  readonly level: Level;
  /** Path for the reader. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What, on which relation, and why that hurts. */
  readonly message: string;
  /** The safe way. */
  readonly hint: string;
  readonly lock: string | null;
  /** What a run showed; null: not observed. */
  readonly confirmed: string | null;
}

/** A finding with what it takes to compare it with a run. */
export interface Judged extends Finding {
  /** 0-based, within the statements that run; null where no statement is meant. */
  readonly statement: number | null;
  readonly relation: string | null;
  readonly harm: Harm;
}
