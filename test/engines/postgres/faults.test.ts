import { describe, expect, it } from 'vitest';
import type { CliResult } from '../../support/cli.ts';
import { project } from '../../support/project.ts';
import { type Connecting, seenToFail } from './connecting.ts';
import { elsewhere, expectCase, faultCases, type FaultCase, type Made } from './fault-cases.ts';
import { conflictFaults } from './fault-conflict.ts';
import { connectFaults } from './fault-connect.ts';
import { loginFaults } from './fault-login.ts';
import { poolerFaults } from './fault-pooler.ts';
import { sessionFaults } from './fault-session.ts';
import { stateFaults } from './fault-state.ts';
import { statementFaults } from './fault-statement.ts';
import { tlsFaults } from './fault-tls.ts';

const faults = {
  ...connectFaults,
  ...tlsFaults,
  ...loginFaults,
  ...stateFaults,
  ...sessionFaults,
  ...conflictFaults,
  ...statementFaults,
  ...poolerFaults,
};
/** Longest time of any answer, in milliseconds; the limits of the cases are 1 to 3 s. */
const longest = 8000;

const ours = faultCases.filter(({ id }) => !(id in elsewhere));

const seenByHealth = new Set<string>();

async function healthOf(
  url: string,
  home: string | undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  await using work = await project();
  const surroundings = home === undefined ? env : { ...env, HOME: home };
  return await work.run(['health', 'check', '--json', '-d', url], { env: surroundings });
}

/** The same words and the same code, as one critical check; never ok, never a stack trace. */
function expectHealth(
  { exit_class, retryable }: FaultCase,
  { error }: Made,
  { stdout, stderr, exitCode, json }: CliResult,
): void {
  const { error: said, result } = json<{ status: string; checks: object[] }>();
  expect(said).toMatchObject({ class: exit_class, retryable });
  expect(exitCode).toBe((error as { exitCode?: number }).exitCode);
  expect(result).toMatchObject({
    status: 'critical',
    checks: [{ id: 'connection', status: 'critical' }],
  });
  expect(stdout + stderr).not.toMatch(/\n\s+at |a%20wrong%20one|a wrong one/);
}

describe('the faults that were measured', () => {
  it.for(ours)('$id: $how_to_reproduce', async (one: FaultCase) => {
    const fault = faults[one.id];
    if (!fault) throw new Error(`nobody makes ${one.id}`);
    const health: CliResult[] = [];
    const asHealthSeesIt = async (url: string, { home, env, options }: Connecting) => {
      if (options === undefined) health.push(await healthOf(url, home, env));
    };
    const made = await seenToFail.run(asHealthSeesIt, fault);
    expectCase(one, made);
    expect(made.took).toBeLessThan(longest);
    for (const seen of health) expectHealth(one, made, seen);
    if (health.length > 0) seenByHealth.add(one.id);
  });

  it('are told by health where they are of the way to the server', () => {
    expect(seenByHealth.size).toBeGreaterThan(25);
  });

  it('are all made, or are told whose they are', () => {
    const known = new Set(faultCases.map(({ id }) => id));
    const listed = [...Object.keys(faults), ...Object.keys(elsewhere)];
    expect(listed.filter((id) => !known.has(id))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
    expect(known.size).toBe(listed.length);
  });
});
