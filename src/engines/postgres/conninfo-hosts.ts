import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { PostgresHost } from './conninfo.ts';
import { encodeHint, refusal } from './conninfo-refusal.ts';
import type { Values } from './conninfo-defaults.ts';

export const defaultPort = 5432;

/** A host as given, beside what a password file calls it. */
export interface NamedHost extends Omit<PostgresHost, 'password'> {
  readonly inPasswordFile: { readonly host: string; readonly port: string };
}

export const isSocketFolder = (host: string): boolean => /^[/@]/.test(host);

/**
 * The servers to try, in order. Throws `bad-database-url` where the lists do not fit together, or
 * where a host holds a login; `mistyped`: the caller knows of that and hides it.
 */
export function hostsOf(values: Values, { mistyped }: { mistyped: boolean }): readonly NamedHost[] {
  if (!mistyped) refuseLogins(listOf(values, 'host') ?? []);
  const addresses = listOf(values, 'hostaddr');
  const names = listOf(values, 'host');
  const count = (addresses ?? names ?? ['']).length;
  if (addresses && names && names.length !== count)
    throw doNotMatch(`${names.length} host names`, `${count} addresses in hostaddr`);
  const ports = listOf(values, 'port') ?? [''];
  if (ports.length > 1 && ports.length !== count)
    throw doNotMatch(`${ports.length} ports`, `${count} hosts`);

  return Array.from({ length: count }, (_, index) => {
    const portText = (ports.length === 1 ? ports[0] : ports[index]) || String(defaultPort);
    const port = portOf(portText, { index, count });
    return hostOf({
      name: names?.[index] || '',
      address: addresses?.[index] || '',
      port,
      portText,
    });
  });
}

function listOf(values: Values, name: string): readonly string[] | null {
  const given = values.get(name)?.value;
  return given ? given.split(',') : null;
}

function doNotMatch(some: string, others: string): Error {
  return refusal(
    `The database URL has ${some} for ${others}`,
    'Every host needs its own; one port alone serves for all hosts.',
    'Give as many of the one as of the other, in the same order.',
  );
}

interface Slot {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly portText: string;
}

function hostOf({ name, address, port, portText }: Slot): NamedHost {
  const usual = defaultFolder(port);
  // libpq calls its default socket folder `localhost` in a password file.
  const known = (host: string): string => (host === usual ? 'localhost' : host);
  if (address) {
    if (isIP(address.replace(/%.*$/, '')) === 0) throw notAnAddress();
    const inPasswordFile = { host: known(name) || address, port: portText };
    return { host: name, hostaddr: address, port, inPasswordFile };
  }
  const host = name || usual;
  refuseLongSocketPath(host, port);
  return { host, port, inPasswordFile: { host: known(host), port: portText } };
}

/** A malformed port is not repeated: it may be what an unencoded `@` or `/` left of a password. */
function portOf(text: string, { index, count }: { index: number; count: number }): number {
  const whole = /^\s*[+-]?\d+\s*$/.test(text);
  const port = Number(text);
  if (whole && port >= 1 && port <= 65_535) return port;
  throw refusal(
    `The database URL has an invalid port${count > 1 ? ` for host ${index + 1} of ${count}` : ''}`,
    whole
      ? 'A port is a number between 1 and 65535.'
      : 'What follows the colon behind the host is not a number; it may be the password of a URL that has no @, or an unencoded sign in it.',
    `Write postgres://user:password@host:5432/database. ${encodeHint}`,
  );
}

function notAnAddress(): Error {
  return refusal(
    'The database URL has a hostaddr that is no IP address',
    'hostaddr saves the look-up of a name, so it takes numbers only.',
    'Write the name as host instead.',
  );
}

// The longest path a socket address can hold on Linux, without its NUL.
const longestSocketPath = 107;

function refuseLongSocketPath(host: string, port: number): void {
  if (!isSocketFolder(host)) return;
  if (Buffer.byteLength(socketPath(host, port)) <= longestSocketPath) return;
  throw refusal(
    'The path of the socket is too long',
    `The folder in host and .s.PGSQL.${port} make more than ${longestSocketPath} bytes.`,
    'Use a shorter folder, for instance a symbolic link to it.',
  );
}

/** No host has an `@` inside; behind one stands the end of a login. */
function refuseLogins(hosts: readonly string[]): void {
  if (hosts.some((host) => host.includes('://') || /^[^@/].*@/s.test(host)))
    throw urlInside('host');
}

/** A whole URL where a name belongs (PGHOST=postgres://…); its password would show. */
export function urlInside(name: string): Error {
  return refusal(
    `A URL or a login stands where the ${name} belongs`,
    `The ${name} is taken as it is, from the connection text, a service file or PG* variables.`,
    'Name the URL itself as the database (--database or DATABASE_URL).',
  );
}

/** Where the server's socket lies in a folder. */
const socketPath = (folder: string, port: number): string => join(folder, `.s.PGSQL.${port}`);

/** Debian's libpq looks into the one, PostgreSQL's own into the other. */
const usualFolders = ['/var/run/postgresql', '/tmp'] as const;

function defaultFolder(port: number): string {
  if (process.platform === 'win32') return 'localhost';
  const [usual, other] = usualFolders;
  const live = usualFolders.find((folder) => existsSync(socketPath(folder, port)));
  return live ?? (existsSync(usual) ? usual : other);
}
