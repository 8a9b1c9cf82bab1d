import { keywords, poolWords } from './conninfo-keywords.ts';
import { encodeHint, refusal, unknownParameter } from './conninfo-refusal.ts';

/** A text as libpq splits it: what was given, decoded, and nothing filled in. */
export interface Reading {
  readonly driver?: string;
  /** By libpq name; the last of several wins. */
  readonly values: Map<string, string>;
  readonly pool: Map<string, string>;
  /** Where an `@` stands behind the user's: an unencoded one of the password, all but certainly. */
  readonly strayAt: 'host' | 'path' | null;
}

const prefix = /^postgres(?:ql)?(?:\+([\w.-]+))?:\/\//;

export const isUri = (text: string): boolean => prefix.test(text);

/** Splits `postgresql://user:password@host:port,…/dbname?name=value&…` exactly as libpq 18 does. */
export function readUri(text: string): Reading {
  const [start = '', driver] = prefix.exec(text) ?? [];
  const values = new Map<string, string>();
  const pool = new Map<string, string>();
  const store = (name: string, raw: string): void => {
    if (raw !== '') values.set(name, decode(raw, partNames[name] ?? name));
  };

  const afterUser = readUser(text.slice(start.length), store);
  const { hosts, ports, rest } = readHosts(afterUser);
  store('host', hosts);
  store('port', ports);

  const query = rest.indexOf('?');
  const path = query < 0 ? rest : rest.slice(0, query);
  store('dbname', path.slice(1));
  const strayAt = path.includes('@') ? 'path' : hosts.includes('@') ? 'host' : null;

  const parameters = query < 0 ? '' : rest.slice(query + 1);
  const mayBeSecret = strayAt !== null || parameters.includes('@') || /[^\d,]/.test(ports);
  readParameters(parameters, { values, pool, plusIsSpace: !!driver, mayBeSecret });
  return { ...(driver && { driver }), values, pool, strayAt };
}

const partNames: Readonly<Record<string, string>> = {
  user: 'user name',
  host: 'host',
  port: 'port',
  dbname: 'database name',
};

function readUser(rest: string, store: (name: string, raw: string) => void): string {
  const end = rest.search(/[@/]/);
  if (rest[end] !== '@') return rest;
  const credentials = rest.slice(0, end);
  const colon = credentials.indexOf(':');
  store('user', colon < 0 ? credentials : credentials.slice(0, colon));
  if (colon >= 0) store('password', credentials.slice(colon + 1));
  return rest.slice(end + 1);
}

/** `h1:5433,[::1],h3/…` → lists of hosts and of ports, separated by commas, and what follows. */
function readHosts(text: string): { hosts: string; ports: string; rest: string } {
  const hosts: string[] = [];
  const ports: string[] = [];
  let rest = text;
  for (;;) {
    const { host, after } = rest.startsWith('[') ? bracketed(rest) : plain(rest);
    const port = after.startsWith(':') ? after.slice(1, endOf(after, /[/?,]/)) : '';
    rest = after.startsWith(':') ? after.slice(port.length + 1) : after;
    hosts.push(host);
    ports.push(port);
    if (!rest.startsWith(',')) return { hosts: hosts.join(','), ports: ports.join(','), rest };
    rest = rest.slice(1);
  }
}

function endOf(text: string, stop: RegExp): number {
  const at = text.search(stop);
  return at < 0 ? text.length : at;
}

function plain(text: string): { host: string; after: string } {
  const end = endOf(text, /[:/?,]/);
  return { host: text.slice(0, end), after: text.slice(end) };
}

function bracketed(text: string): { host: string; after: string } {
  const end = text.indexOf(']');
  const after = text.slice(end + 1);
  if (end < 0 || end === 1 || /^[^:/?,]/.test(after))
    throw refusal(
      'The database URL has a malformed IPv6 address',
      'An address in brackets needs its closing bracket, then a port, a comma or a slash.',
      `Write it as [::1]:5432. ${encodeHint}`,
    );
  return { host: text.slice(1, end), after };
}

interface Parameters {
  readonly values: Map<string, string>;
  readonly pool: Map<string, string>;
  /** SQLAlchemy reads `+` as a space; libpq does not. */
  readonly plusIsSpace: boolean;
  /** The `?` may belong to a password that was not encoded. */
  readonly mayBeSecret: boolean;
}

function readParameters(query: string, parameters: Parameters): void {
  const pieces = query.split('&');
  if (pieces.at(-1) === '') pieces.pop();
  for (const piece of pieces) {
    const [rawName = '', rawValue, ...more] = piece.split('=');
    if (rawValue === undefined || more.length > 0) throw malformedParameter(rawValue === undefined);
    const name = decode(rawName, 'name of a parameter');
    const value = parameters.plusIsSpace ? rawValue.replaceAll('+', '%20') : rawValue;
    storeParameter(name, decode(value, 'value of a parameter'), parameters);
  }
}

function malformedParameter(missing: boolean): Error {
  return refusal(
    `The database URL has a parameter ${missing ? 'without =' : 'with more than one ='}`,
    'Behind the question mark stand name=value pairs, separated by &.',
    `Encode an = inside a value as %3D. ${encodeHint}`,
  );
}

function storeParameter(
  name: string,
  value: string,
  { values, pool, mayBeSecret }: Parameters,
): void {
  if (poolWords.has(name)) pool.set(name, value);
  else if (name === 'ssl' && value === 'true') values.set('sslmode', 'require');
  else if (name === 'requiressl') values.set('sslmode', requireSsl(value));
  else if (keywords.has(name)) values.set(name, value);
  else throw unknownParameter(name, { mayBeSecret });
}

/** `requiressl` of old, as libpq still translates it. */
export const requireSsl = (value: string): string => (value[0] === '1' ? 'require' : 'prefer');

/** Undoes percent-encoding; blanks around are dropped and blanks within refused, as in libpq. */
function decode(raw: string, part: string): string {
  const trimmed = raw.replace(/^ +/, '').replace(/ +$/, '');
  const malformed = (why: string): Error =>
    refusal(`The database URL cannot be decoded: its ${part} is malformed`, why, encodeHint);
  if (trimmed.includes(' ')) throw malformed('It holds a blank; a blank is written as %20.');
  if (/%(?![0-9a-fA-F]{2})/.test(trimmed))
    throw malformed('A % is not followed by two hexadecimal digits; the sign % itself is %25.');
  if (trimmed.includes('%00')) throw malformed('It holds %00, which PostgreSQL does not allow.');
  try {
    return decodeURIComponent(trimmed);
  } catch {
    throw malformed('Its percent-encoded bytes are not UTF-8.');
  }
}
