import { postgresCheck } from '../check.ts';
import { type BadRule, type HbaRule, hbaNeeds, hbaSql, judgeRules } from '../hba.ts';

export const hbaMethods = postgresCheck<HbaRule>({
  id: 'hba-methods',
  title: 'logins that prove nothing, or too little',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 5; the manual, pg_hba.conf',
  needs: hbaNeeds,
  sql: hbaSql,
  judge: (rules) =>
    judgeRules(
      rules.flatMap(problemOf),
      'every login has to prove who it is by a sound method',
      ({ type, method }) =>
        type === 'local'
          ? `write peer, or scram-sha-256, for ${method}.`
          : `write scram-sha-256 for ${method}.${method === 'md5' ? ' Roles with an md5 password need a new one first: see the check password-hashes.' : ''}`,
    ),
});

function problemOf(rule: HbaRule): BadRule[] {
  const { type, method } = rule;
  const found = (level: BadRule['level'], why: string): BadRule[] => [{ rule, level, why }];
  if (method === 'trust') return found('critical', 'trust lets anybody in who names a role');
  if (method === 'password')
    return type === 'hostssl' || type === 'local'
      ? found('warning', 'password sends the password as it is')
      : found('critical', 'password sends the password over the network as it is');
  if (method === 'md5') return found('warning', 'md5 is broken, and will go');
  if (method === 'ident') return found('warning', 'ident believes what the client machine says');
  return [];
}
