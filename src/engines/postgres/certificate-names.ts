import { isIP } from 'node:net';

/** The parts of a certificate that name its host. */
export interface CertificateNames {
  /** Common name of the subject. */
  readonly commonName: string | undefined;
  /** As Node writes it: `DNS:db.example, IP Address:127.0.0.1`. */
  readonly alternativeNames: string | undefined;
}

interface AlternativeName {
  readonly kind: string;
  readonly value: string;
}

/**
 * Whether a certificate is for `host`, by libpq's rules: a `*` stands for one whole first label;
 * the common name counts only where there is no alternative name of the host's kind.
 */
export function certificateIsFor(host: string, names: CertificateNames): boolean {
  const alternatives = alternativeNames(names.alternativeNames);
  if (alternatives.some((name) => matches(name, host))) return true;
  const kind = isIP(host) === 0 ? 'DNS' : 'IP Address';
  if (alternatives.some((name) => name.kind === kind)) return false;
  return names.commonName !== undefined && nameMatches(names.commonName, host);
}

/** Every name of a certificate, for the reader. */
export function namesOf(names: CertificateNames): readonly string[] {
  const alternatives = alternativeNames(names.alternativeNames)
    .filter(({ kind }) => kind === 'DNS' || kind === 'IP Address')
    .map(({ value }) => value);
  if (alternatives.length > 0) return alternatives;
  return names.commonName === undefined ? [] : [names.commonName];
}

function matches({ kind, value }: AlternativeName, host: string): boolean {
  if (kind === 'DNS') return nameMatches(value, host);
  return kind === 'IP Address' && isIP(host) !== 0 && canonical(value) === canonical(host);
}

function nameMatches(name: string, host: string): boolean {
  const pattern = name.toLowerCase();
  const wanted = host.toLowerCase();
  if (pattern === wanted) return true;
  if (!pattern.startsWith('*.') || pattern.length < 3) return false;
  const firstDot = wanted.indexOf('.');
  return firstDot > 0 && wanted.slice(firstDot) === pattern.slice(1);
}

/** One spelling for each IPv6 address; an IPv4 address has one already. */
function canonical(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address.replace(/%.*$/, '')}]`).host : address;
}

/** Values with odd characters are quoted by Node as JSON strings, so that they cannot pose. */
function alternativeNames(text: string | undefined): readonly AlternativeName[] {
  const entry = /(?:^|, )([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)/gy;
  return [...(text ?? '').matchAll(entry)].map(([, kind = '', value = '']) => ({
    kind,
    value: value.startsWith('"') ? String(JSON.parse(value)) : value,
  }));
}
