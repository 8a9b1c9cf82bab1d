import type { Conninfo, PostgresHost } from './conninfo.ts';
import { isSocketFolder, defaultPort } from './conninfo-hosts.ts';

/** Hosts as the reader may see them. */
export type ShownHost = Pick<PostgresHost, 'host' | 'hostaddr' | 'port'>;

/**
 * Hosts without passwords. Where an unencoded `@` cut the password in two, everything before the
 * last `@` is a piece of it, further hosts and ports included.
 */
export function shownHosts(
  hosts: readonly PostgresHost[],
  { mistyped }: { mistyped: boolean },
): readonly ShownHost[] {
  const last = hosts.findLastIndex(({ host }) => mistyped && host.includes('@'));
  return hosts.slice(Math.max(last, 0)).map(({ host, hostaddr, port }, index) => ({
    host: (last >= 0 && index === 0 ? host.replace(/^.*@/s, '***@') : host) || (hostaddr ?? ''),
    ...(hostaddr !== undefined && { hostaddr }),
    port,
  }));
}

/** `postgres://app@db.example:5432/jem`; a single socket folder stands behind the `?`. */
export function displayOf(
  { user, database }: Pick<Conninfo, 'user' | 'database'>,
  hosts: readonly ShownHost[],
): string {
  const [only, ...others] = hosts;
  const start = `postgres://${encode(user, '@:/?#')}@`;
  const path = `/${encode(database, '?#')}`;
  if (only && others.length === 0 && isSocketFolder(only.host) && only.hostaddr === undefined) {
    const port = only.port === defaultPort ? '' : `&port=${only.port}`;
    return `${start}${path}?host=${encode(only.host, '?#&=')}${port}`;
  }
  return `${start}${hosts.map(netloc).join(',')}${path}`;
}

function netloc({ host, port }: ShownHost): string {
  const name = host.includes(':') ? `[${encode(host, '[]')}]` : encode(host, '/?#,');
  return `${name}:${port}`;
}

/** Percent-encodes `%`, blanks, control and invisible characters, and those of `reserved`. */
function encode(text: string, reserved: string): string {
  return Array.from(text, (character) => {
    const plain = !/[%\p{C}\p{Z}]/u.test(character) && !reserved.includes(character);
    return plain ? character : encodeURIComponent(character.replace(/\p{Cs}/u, '\uFFFD'));
  }).join('');
}
