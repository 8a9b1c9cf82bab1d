import type { Hit, RuleFacts } from './finding.ts';

/** A rule that looks at one statement, `Around` it all that is known there. */
export interface Rule<Around> extends RuleFacts {
  check(around: Around): readonly Hit[];
}

type Declared<Around> = Omit<Rule<Around>, 'optIn'> & { readonly optIn?: true };

/** Fills in what most rules do not say. */
export function rule<Around>(declared: Declared<Around>): Rule<Around> {
  return { optIn: false, ...declared };
}
