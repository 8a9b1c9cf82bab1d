import type { HealthResult } from '../health/run.ts';
import { fails } from '../health/status.ts';
import { command } from './command.ts';
import { engineInUse } from './context.ts';
import { failOnOf } from './fail-on.ts';
import { defaultBudget } from './health-check.ts';
import { lookAtHealth, planHealth } from './health-look.ts';
import { ownSettings } from './health-own.ts';
import { describeHealth } from './health-text.ts';
import { timeOption } from './time-option.ts';

/** The same checks as `health check --only security,tenancy` runs. */
export const healthSecurity = command<HealthResult & { readonly failed: boolean }>({
  name: 'health security',
  summary: 'who gets in, what they may, what is logged, who sees whose rows',
  description:
    'TLS, pg_hba.conf, passwords, roles and their rights, row-level security, idle timeouts and the audit log, which has to prove itself. Reads, and changes nothing. What needs a superuser to see is unknown to others, with the grant it lacks. Exit code 1 where one is not well.',
  silentWhenWell: true,
  options: [
    {
      flags: '--threshold <id=warning:critical>',
      help: 'other bounds for a check',
      repeatable: true,
    },
    { flags: '--timeout <time>', help: 'longest time for all checks (default: 10s)' },
  ],
  settings: [...ownSettings, 'skipChecks', 'thresholds', 'failOn', 'tenantColumns'],
  examples: [
    ['jem-db health security', 'all checks of security and of tenants'],
    ['jem-db health security --skip audit-log', 'where nobody asks for an audit'],
    ['jem-db health security --tenant-columns org_id', 'whose rows are told by org_id'],
  ],
  engine: (_input, context) => engineInUse(context),
  async run(input, context) {
    const failOn = failOnOf(context);
    const plan = await planHealth(context, {
      only: ['security', 'tenancy'],
      thresholds: input.list('threshold'),
      budget: timeOption(input, 'timeout') ?? defaultBudget,
      metrics: false,
    });
    const result = await lookAtHealth(context, plan);
    return { ...result, failed: fails(result.status, failOn) };
  },
  finding: ({ failed }) => failed,
  render: (result, paint) => `Security and tenancy\n\n${describeHealth(result, paint)}`,
});
