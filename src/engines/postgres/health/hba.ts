import type { Finding } from '../../health.ts';
import type { HealthFacts } from './facts.ts';

/** A line of pg_hba.conf as the server understood it. */
export interface HbaRule {
  readonly file: string;
  readonly line: number;
  readonly type: string | null;
  readonly databases: string | null;
  readonly users: string | null;
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string | null;
  readonly error: string | null;
}

export const hbaNeeds =
  'GRANT SELECT ON pg_hba_file_rules TO {role}; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO {role};';

/** What the file says now, which may not have been loaded yet. */
export const hbaSql = ({ major }: HealthFacts): string => `
  SELECT ${major >= 16 ? 'file_name' : "current_setting('hba_file')"} AS file, line_number AS line, type, array_to_string(database, ',') AS databases,
    array_to_string(user_name, ',') AS users, address, netmask, auth_method AS method, error
  FROM pg_hba_file_rules ORDER BY 1, 2`;

/** As in the file: `host all all 10.0.0.0/8 md5`. */
export function ruleText({ type, databases, users, address, netmask, method }: HbaRule): string {
  const network = address === null ? [] : [netmask === null ? address : `${address}/${netmask}`];
  return [type, databases, users, ...network, method].join(' ');
}

export interface BadRule {
  readonly rule: HbaRule;
  readonly level: 'warning' | 'critical';
  /** What is wrong with it. */
  readonly why: string;
}

/** The finding of bad rules; `none` is the summary where there are none. Pure. */
export function judgeRules(
  bad: readonly BadRule[],
  none: string,
  mend: (rule: HbaRule) => string,
): Finding {
  const worst = bad.find(({ level }) => level === 'critical') ?? bad[0];
  if (!worst) return { status: 'ok', value: 0, summary: none, hint: null, objects: [] };
  const sorted = [worst, ...bad.filter((one) => one !== worst)];
  return {
    status: worst.level,
    value: bad.length,
    summary: `${bad.length === 1 ? '1 line' : `${bad.length} lines`} of pg_hba.conf: ${worst.why} ("${ruleText(worst.rule)}")`,
    hint: `${worst.rule.file}, line ${worst.rule.line}: ${mend(worst.rule)} Then SELECT pg_reload_conf();`,
    objects: sorted.map(({ rule, why }) => ({
      name: `line ${rule.line}`,
      value: null,
      detail: `${ruleText(rule)}: ${why}`,
    })),
  };
}
