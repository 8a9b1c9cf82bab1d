import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { JemError } from '../../../src/errors.ts';
import { password } from '../../support/postgres-server.ts';

/** A fault as it was measured on the real programs; see test/cases. */
export interface FaultCase {
  readonly id: string;
  readonly engine: string;
  readonly how_to_reproduce: string;
  readonly raw_message: string;
  readonly exit_class: string;
  readonly retryable: boolean;
}

/** Stands in a row; may be told as `data` alone. */
export const rowOfTheUser = 'secret-person@example.com';

/** Makes a fault for real and returns what our side says of it. */
export type Fault = () => Promise<Made>;

export interface Made {
  readonly error: unknown;
  /** What the words must name. */
  readonly names: readonly string[];
  /** Milliseconds from asking to the answer. */
  readonly took: number;
}

const all: readonly FaultCase[] = JSON.parse(
  readFileSync(new URL('../../cases/faults.json', import.meta.url), 'utf8'),
);

export const faultCases = all.filter(
  ({ engine }) => engine === 'postgres' || engine === 'pgbouncer',
);

/** Cases that are no matter of connecting or of a statement, each with whose they are. */
export const elsewhere: Readonly<Record<string, string>> = {
  'blackhole-syn-notimeout': 'must never happen: there is always a limit (hosts.test.ts)',
  'bad-url': 'the parser refuses it before any connection',
  'mon-denied-hba': 'health',
  'mon-denied-authid': 'health',
  'mon-denied-waldir': 'health',
  encoding: 'no error; session.test.ts',
  'prepared-disabled-slot': 'health',
  'cut-blackhole-qt':
    'the client side limit of pg is not used; the same words as query-timeout-client',
  'cut-blackhole-none': 'keepalive ends it after 70 s; session.test.ts sees that it is on',
  'pool-idle-killed-no-handler': 'there is no pool; terminated-idle is the same without one',
  'pool-dead-conn-replaced': 'there is no pool',
  'pool-after-end': 'there is no pool',
  'replica-advisory-lock': 'the ledger and its lock',
  'pgss-not-preloaded': 'health',
  'replica-wal-fn': 'health; in a migration it is the mistake of wrong-target',
  'publication-no-replica-identity': 'any other SQL error',
  'pgb-advisory-lock-both': 'the ledger and its lock',
  'pgb-set-leak': 'the ledger and its lock',
  'slot-invalidated': 'health',
};

/** Runs what must fail, and says how long it took. */
export async function failing(
  work: () => Promise<unknown>,
  ...names: readonly string[]
): Promise<Made> {
  const started = performance.now();
  const error = await work().then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  return { error, names, took: performance.now() - started };
}

const exitCodes: Readonly<Record<string, number>> = { config: 2, usage: 2, internal: 70 };

/** What every error must be, and what this case asks for. */
export function expectCase({ exit_class, retryable }: FaultCase, { error, names }: Made): void {
  if (!(error instanceof JemError)) throw error;
  expect({ class: error.class, retryable: error.retryable, exitCode: error.exitCode }).toEqual({
    class: exit_class,
    retryable,
    exitCode: exitCodes[exit_class] ?? (retryable ? 3 : 4),
  });
  expect(error.message).toMatch(/^[\w"[/].{9,}/);
  expect(error.message.length).toBeLessThan(160);
  expect(error.details.why).toMatch(/\w{3}/);
  expect(error.details.hint).toMatch(/\w{3}/);
  for (const name of names) expect(`${error.message} ${error.details.hint}`).toContain(name);
  const { data: _rows, ...shown } = error.details;
  expectNowhere({ ...shown, cause: error.cause }, rowOfTheUser);
  for (const secret of [password, 'a wrong one']) expectNowhere(error, secret);
}

/** Looks into every corner of an error that somebody may print. */
export function expectNowhere(error: unknown, secret: string): void {
  const chain = [error, error instanceof Error ? error.cause : null];
  for (const one of chain) {
    expect(inspect(one, { depth: 20, showHidden: true })).not.toContain(secret);
    expect(JSON.stringify(one ?? null)).not.toContain(secret);
    expect(String(one instanceof Error ? one.stack : one)).not.toContain(secret);
  }
}
