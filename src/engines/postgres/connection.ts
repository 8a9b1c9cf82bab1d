import { JemError } from '../../errors.ts';
import type { Environment, OpenOptions } from '../engine.ts';
import { AttemptFailure, tryToConnect, type Connected } from './attempt.ts';
import type { Conninfo, PostgresHost } from './conninfo.ts';
import { withDeadline } from '../../deadline.ts';
import { connectError } from './errors-connect.ts';
import { failureOfHost, failureOfHosts } from './errors-several.ts';
import { addressesOf, hostLabel, hostsInOrder, type Address } from './hosts.ts';
import { createSession, type PostgresSession } from './session.ts';
import { closeClient } from './close.ts';
import { tellNotices } from './notices.ts';
import { passesOf, unsuitable, type SessionWish } from './target-session.ts';
import { tlsOptions } from './tls.ts';

/** What a connection needs to know of a target. */
export interface ConnectTarget {
  readonly display: string;
  readonly conninfo: Conninfo;
  /** For the certificate files that libpq finds in the home folder. */
  readonly environment: Pick<Environment, 'home' | 'env'>;
}

/** One host on one of the passes over all hosts. */
interface Way {
  readonly target: ConnectTarget;
  readonly options: OpenOptions;
  readonly host: PostgresHost;
  readonly wish: SessionWish;
}

type Outcome =
  | { readonly connected: Connected }
  | { readonly failures: readonly JemError[]; readonly next: AttemptFailure['next'] };

type Method = 'tls' | 'plain';

/**
 * Connects as libpq does: hosts in order, every address of each, TLS as sslmode says, the first
 * server that `target_session_attrs` allows. Throws a JemError of the connection codes, or the
 * signal's reason.
 */
export async function openPostgres(
  target: ConnectTarget,
  options: OpenOptions,
): Promise<PostgresSession> {
  checkSettings(target.conninfo);
  const connected = await connectToAny(target, options);
  const { onNotice, ...quiet } = options;
  if (onNotice) tellNotices(connected.client, onNotice);
  const there = onlyThere(target.conninfo, connected);
  const again = (signal: AbortSignal) =>
    openPostgres({ ...target, conninfo: there }, { ...quiet, signal });
  return createSession({ connected, target, there, again });
}

async function connectToAny(target: ConnectTarget, options: OpenOptions): Promise<Connected> {
  const failures: JemError[] = [];
  for (const wish of passesOf(target.conninfo)) {
    for (const host of hostsInOrder(target.conninfo)) {
      const outcome = await connectToHost({ target, options, host, wish });
      if ('connected' in outcome) return outcome.connected;
      failures.push(failureOfHost(outcome.failures));
      if (outcome.next === 'give-up') throw failureOfHosts(failures);
    }
  }
  throw failureOfHosts(failures);
}

async function connectToHost(way: Way): Promise<Outcome> {
  const failures: JemError[] = [];
  const addresses = await addressesFor(way).catch((error: unknown) => {
    failures.push(explained(way, error, 'tcp'));
    return [];
  });
  for (const address of addresses) {
    const outcome = await connectToAddress(way, address);
    if ('connected' in outcome) return outcome;
    failures.push(...outcome.failures);
    if (outcome.next !== 'next-address') return { failures, next: outcome.next };
  }
  return { failures, next: 'next-host' };
}

function addressesFor({ target, options, host }: Way): Promise<readonly Address[]> {
  const { conninfo } = target;
  return withDeadline(timeLimit(conninfo, options), options.signal, (signal) =>
    addressesOf(conninfo, host, signal),
  );
}

/** The time limit is for one address, as libpq has it. */
function connectToAddress(way: Way, address: Address): Promise<Outcome> {
  const { target, options } = way;
  return withDeadline(timeLimit(target.conninfo, options), options.signal, (signal) =>
    connectByAnyMethod(way, address, signal),
  );
}

async function connectByAnyMethod(
  way: Way,
  address: Address,
  signal: AbortSignal,
): Promise<Outcome> {
  const { conninfo } = way.target;
  const failures: JemError[] = [];
  for (const method of methodsFor(conninfo, address)) {
    const outcome = await connectBy(method, way, address, signal);
    if ('connected' in outcome) return outcome;
    failures.push(...outcome.failures);
    if (outcome.next !== 'next-method') return { failures, next: outcome.next };
  }
  return { failures, next: 'give-up' };
}

async function connectBy(
  method: Method,
  way: Way,
  address: Address,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const connected = await attempt(method, way, address, signal);
    const problem = await unsuitable(connected, way.wish, signal);
    if (problem === null) return { connected };
    await closeClient(connected.client);
    return { failures: [problem], next: 'next-host' };
  } catch (error) {
    const { reason, stage, next } =
      error instanceof AttemptFailure ? error : new AttemptFailure(error, 'accepted');
    return { failures: [explained(way, reason, stage)], next };
  }
}

async function attempt(
  method: Method,
  { target, options, host }: Way,
  address: Address,
  signal: AbortSignal,
): Promise<Connected> {
  const { conninfo, environment } = target;
  const { applicationName, warn } = options;
  const tls =
    method === 'plain'
      ? null
      : await tlsOptions(conninfo, host, { ...environment, warn }).catch((error: unknown) => {
          throw new AttemptFailure(error, 'tls');
        });
  return tryToConnect({ conninfo, host, address, tls, applicationName }, signal);
}

function explained(way: Way, reason: unknown, stage: AttemptFailure['stage']): JemError {
  const { target, options, host } = way;
  options.signal.throwIfAborted();
  return connectError(reason, {
    target: target.display,
    server: hostLabel(host),
    user: target.conninfo.user,
    database: target.conninfo.database,
    stage,
    limit: timeLimit(target.conninfo, options),
  });
}

/** In libpq's order; TLS is never used on a unix socket. */
function methodsFor({ sslmode }: Conninfo, address: Address): readonly Method[] {
  if (address.kind === 'socket' || sslmode === 'disable') return ['plain'];
  if (sslmode === 'allow') return ['plain', 'tls'];
  return sslmode === 'prefer' ? ['tls', 'plain'] : ['tls'];
}

/** Milliseconds. Zero means "for ever" to libpq; that is never granted here. */
function timeLimit({ params }: Conninfo, { connectTimeout }: OpenOptions): number {
  const seconds = Number(params['connect_timeout'] ?? 0);
  return seconds > 0 ? seconds * 1000 : connectTimeout;
}

/** What libpq can do and this program cannot is refused, never passed over. */
function checkSettings({ params, hosts }: Conninfo): void {
  const { gssencmode, sslcertmode, requirepeer } = params;
  const onSocket = hosts.some(({ host }) => /^[/@]/.test(host));
  if (gssencmode === 'require')
    throw unsupported('gssencmode=require', 'It does not speak GSSAPI.');
  if (sslcertmode === 'require')
    throw unsupported('sslcertmode=require', 'It cannot see whether the server asked for one.');
  if (requirepeer && onSocket)
    throw unsupported('requirepeer', "It cannot see whose the socket's other end is.");
}

function unsupported(setting: string, why: string): JemError {
  return new JemError('bad-setting', `jem-db does not support ${setting}`, {
    why,
    hint: 'Leave it away, or use sslmode=verify-full, by which the server proves who it is.',
  });
}

/** The same server again, by the address that answered. */
function onlyThere(conninfo: Conninfo, { attempt: { host, address } }: Connected): Conninfo {
  const { target_session_attrs: _, ...params } = conninfo.params;
  const there = address.kind === 'tcp' ? { ...host, hostaddr: address.ip } : host;
  return { ...conninfo, hosts: [there], params };
}
