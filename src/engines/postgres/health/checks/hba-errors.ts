import { postgresCheck } from '../check.ts';
import { type HbaRule, hbaNeeds, hbaSql, judgeRules } from '../hba.ts';

/** With an error in it the file is not loaded: the rules before it stay, and a restart fails. */
export const hbaErrors = postgresCheck<HbaRule>({
  id: 'hba-errors',
  title: 'a pg_hba.conf that cannot be read',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'the manual, pg_hba_file_rules',
  needs: hbaNeeds,
  sql: hbaSql,
  judge(rules) {
    const broken = rules.filter(({ error }) => error !== null);
    const found = judgeRules(
      broken.map((rule) => ({ rule, level: 'critical', why: rule.error ?? '' })),
      `all ${rules.length} lines of pg_hba.conf can be read`,
      () => 'mend it: the server does not load the file, and would not start again.',
    );
    const [first] = broken;
    if (!first) return found;
    return {
      ...found,
      summary: `line ${first.line} of pg_hba.conf: ${first.error}; none of its changes hold`,
    };
  },
});
