import { JemError } from '../../errors.ts';
import { didYouMean } from '../../near-miss.ts';
import type { RuleFacts } from './finding.ts';

/** Which rules the user wants; all but the optional ones where nothing is named. */
export interface RuleWish {
  /** Ids, or `all`; empty: the usual ones. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** The ids of the rules that are asked for. Throws `usage` for one that no engine has. */
export function selected(
  rules: readonly RuleFacts[],
  { only, skip }: RuleWish,
): ReadonlySet<string> {
  const ids = new Set(rules.map(({ id }) => id));
  const unknown = [...only.filter((id) => id !== 'all'), ...skip].find((id) => !ids.has(id));
  if (unknown !== undefined)
    throw new JemError('usage', `There is no rule "${unknown}"`, {
      hint: `\`jem-db migrate lint --rules\` lists them.${didYouMean(unknown, ids)}`,
    });
  const wanted = (rule: RuleFacts): boolean =>
    only.length === 0 ? !rule.optIn : only.includes('all') || only.includes(rule.id);
  return new Set(
    rules.filter((rule) => wanted(rule) && !skip.includes(rule.id)).map(({ id }) => id),
  );
}
