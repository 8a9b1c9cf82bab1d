import { postgresCheck } from '../check.ts';
import { type BadRule, type HbaRule, hbaNeeds, hbaSql, judgeRules } from '../hba.ts';

export const hbaNetwork = postgresCheck<HbaRule>({
  id: 'hba-network',
  title: 'logins over the network without TLS, or from anywhere',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 5.11; jem-db: TLS enforced',
  needs: hbaNeeds,
  sql: hbaSql,
  judge: (rules, { settings }) =>
    judgeRules(
      rules.flatMap(problemOf),
      'who comes over the network has to come with TLS, and from networks that are named',
      (rule) =>
        [
          ...(withoutTls(rule) ? [`write hostssl for ${rule.type}.`] : []),
          ...(fromAnywhere(rule) ? ['Name the networks that clients are in.'] : []),
          ...(settings.get('ssl')?.setting === 'on'
            ? []
            : ['First switch TLS on: ALTER SYSTEM SET ssl = on.']),
        ].join(' '),
    ),
});

function problemOf(rule: HbaRule): BadRule[] {
  const whys = [
    ...(withoutTls(rule) ? ['lets in over the network without TLS'] : []),
    ...(fromAnywhere(rule) ? ['lets in from any address'] : []),
  ];
  return whys.length > 0 ? [{ rule, level: 'warning', why: whys.join(', and ') }] : [];
}

function withoutTls({ type, address, method }: HbaRule): boolean {
  const here = address === null || /^(127\.|::1$|samehost$|localhost$)/.test(address);
  return (type === 'host' || type === 'hostnossl') && method !== 'reject' && !here;
}

function fromAnywhere({ address, netmask, method }: HbaRule): boolean {
  const all =
    address === 'all' ||
    (address === '0.0.0.0' && netmask === '0.0.0.0') ||
    (address === '::' && netmask === '::');
  return all && method !== 'reject';
}
