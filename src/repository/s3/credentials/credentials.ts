/** What requests are signed with; never shown anywhere. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Milliseconds since 1970; null: never. */
  readonly expiresAt: number | null;
}

/** What credentials may be found with. */
export interface CredentialSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly region: string;
  readonly signal: AbortSignal;
}

/** The answer of a service or a program, as all of them spell it. Null where it is none. */
export function credentialsIn(value: unknown): Credentials | null {
  const found = Object(value) as Record<string, unknown>;
  const text = (name: string): string | null =>
    typeof found[name] === 'string' && found[name] !== '' ? found[name] : null;
  const [id, secret] = [text('AccessKeyId'), text('SecretAccessKey')];
  if (id === null || secret === null) return null;
  const expiry = Date.parse(text('Expiration') ?? '');
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    sessionToken: text('SessionToken') ?? text('Token'),
    expiresAt: Number.isNaN(expiry) ? null : expiry,
  };
}
