import type { Statement } from '../../sql/statements.ts';
import type { Judgement } from './finding.ts';

/** One file, cut into its statements. */
export interface FileText {
  readonly bytes: Uint8Array;
  readonly statements: readonly Statement[];
  /** It runs in one transaction. */
  readonly oneTransaction: boolean;
}

/**
 * Judges a file by the rules whose ids are given, and remembers what it makes: takes the files of
 * a folder in the order they run.
 */
export type Judge = (file: FileText, rules: ReadonlySet<string>) => readonly Judgement[];
