import { describe, expect, it } from 'vitest';
import { elsewhere, expectCase, faultCases, type FaultCase } from './fault-cases.ts';
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

describe('the faults that were measured', () => {
  it.for(ours)('$id: $how_to_reproduce', async (one: FaultCase) => {
    const fault = faults[one.id];
    if (!fault) throw new Error(`nobody makes ${one.id}`);
    const made = await fault();
    expectCase(one, made);
    expect(made.took).toBeLessThan(longest);
  });

  it('are all made, or are told whose they are', () => {
    const known = new Set(faultCases.map(({ id }) => id));
    const listed = [...Object.keys(faults), ...Object.keys(elsewhere)];
    expect(listed.filter((id) => !known.has(id))).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
    expect(known.size).toBe(listed.length);
  });
});
