import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Conninfo, PostgresHost } from './conninfo.ts';
import { untilAborted } from './until-aborted.ts';

/** Where a socket is opened to. */
export type Address =
  | { readonly kind: 'tcp'; readonly ip: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

/** The hosts in the order they are tried: as written, or shuffled by `load_balance_hosts`. */
export function hostsInOrder(conninfo: Conninfo): readonly PostgresHost[] {
  return inOrder(conninfo, conninfo.hosts);
}

/**
 * All addresses of one host, as libpq would try them. Rejects with the resolver's error, or
 * with the signal's reason.
 */
export async function addressesOf(
  conninfo: Conninfo,
  host: PostgresHost,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  const { port } = host;
  if (isSocketFolder(host)) return [{ kind: 'socket', path: socketPath(host) }];
  const name = host.hostaddr ?? host.host;
  if (isIP(name) !== 0) return [{ kind: 'tcp', ip: name, port }];
  const found = await untilAborted(lookup(name, { all: true, verbatim: true }), signal);
  const addresses = found.map(({ address }) => ({ kind: 'tcp', ip: address, port }) as const);
  return inOrder(conninfo, addresses);
}

/** The server for the reader: `db.example:5432`, `[::1]:5432`, or the path of the socket. */
export function hostLabel(host: PostgresHost): string {
  if (isSocketFolder(host)) return socketPath(host).replace('\0', '@');
  const name = shownHost(host.host === '' ? (host.hostaddr ?? '') : host.host);
  return name.includes(':') ? `[${name}]:${host.port}` : `${name}:${host.port}`;
}

/** A mistyped URL puts a piece of its password in front of an `@` in the host. */
function shownHost(host: string): string {
  return host.slice(host.lastIndexOf('@') + 1);
}

function isSocketFolder({ host, hostaddr }: PostgresHost): boolean {
  return hostaddr === undefined && (host.startsWith('/') || host.startsWith('@'));
}

function socketPath({ host, port }: PostgresHost): string {
  return `${host.replace(/^@/, '\0')}/.s.PGSQL.${port}`;
}

function inOrder<T>(conninfo: Conninfo, items: readonly T[]): readonly T[] {
  return conninfo.params['load_balance_hosts'] === 'random' ? shuffled(items) : items;
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items.reduce<readonly T[]>((done, item) => {
    const place = randomInt(done.length + 1);
    return [...done.slice(0, place), item, ...done.slice(place)];
  }, []);
}
