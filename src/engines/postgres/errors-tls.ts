import { JemError, type ErrorCode } from '../../errors.ts';

interface TlsRule {
  /** Fits Node's error code, or its message with OpenSSL's words. */
  readonly when: RegExp;
  readonly code: ErrorCode;
  readonly title: (server: string) => string;
  readonly why: string;
  readonly hint: string;
}

const rules: readonly TlsRule[] = [
  {
    when: /CERT_HAS_EXPIRED/,
    code: 'tls-expired',
    title: (server) => `The certificate of ${server} has expired`,
    why: 'Its notAfter lies in the past (or the clock of this machine is wrong).',
    hint: 'Renew the certificate, put it into ssl_cert_file, and reload the server.',
  },
  {
    when: /CERT_NOT_YET_VALID/,
    code: 'tls-expired',
    title: (server) => `The certificate of ${server} is not valid yet`,
    why: 'Its notBefore lies in the future, or the clock of this machine is wrong.',
    hint: 'Check the clock with `date -u`.',
  },
  {
    when: /CERT_REVOKED/,
    code: 'tls-untrusted',
    title: (server) => `The certificate of ${server} was revoked`,
    why: 'The revocation list (sslcrl) names it.',
    hint: 'Give the server a new certificate.',
  },
  {
    when: /UNABLE_TO_GET_CRL|CRL_HAS_EXPIRED|CRL_/,
    code: 'tls-untrusted',
    title: (server) => `The certificate of ${server} cannot be checked for revocation`,
    why: 'sslcrl or sslcrldir has no valid list of the authority that issued it.',
    hint: 'Fetch the newest list of the authority, or leave sslcrl away.',
  },
  {
    when: /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA|INVALID_PURPOSE|CERT_CHAIN/,
    code: 'tls-untrusted',
    title: (server) => `The certificate of ${server} is not signed by an authority that is trusted`,
    why: 'sslrootcert (or ~/.postgresql/root.crt) does not hold the authority that signed it.',
    hint: "Give sslrootcert=FILE with the authority's certificate, and sslmode=verify-full.",
  },
  {
    when: /alert.*(certificate required)|CERTIFICATE_REQUIRED/i,
    code: 'client-certificate-needed',
    title: (server) => `${server} asks for a client certificate`,
    why: 'The TLS side of the server demands one.',
    hint: 'Give sslcert=FILE and sslkey=FILE.',
  },
  {
    when: /alert.*(unknown ca|bad certificate|certificate (unknown|expired|revoked)|unsupported certificate|decrypt error)/i,
    code: 'tls-failed',
    title: (server) => `${server} does not accept the client certificate`,
    why: 'It is not signed by an authority in ssl_ca_file of the server, or is not valid.',
    hint: 'Check sslcert; sslcertmode=disable sends none.',
  },
  {
    when: /protocol version|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER|VERSION_TOO|NO_PROTOCOLS|no protocols/i,
    code: 'tls-protocol',
    title: (server) => `${server} and this client have no TLS version in common`,
    why: 'ssl_min_protocol_version or ssl_max_protocol_version of one side excludes what the other offers.',
    hint: "Set ssl_min_protocol_version = 'TLSv1.2' on the server and let both sides have TLSv1.3, or lower it in the URL.",
  },
  {
    when: /KEY_VALUES_MISMATCH|key values mismatch/i,
    code: 'tls-failed',
    title: () => 'The client certificate and its private key do not belong together',
    why: 'sslkey is not the key of sslcert.',
    hint: 'Compare: openssl x509 -pubkey -noout -in CERT, and openssl pkey -pubout -in KEY',
  },
  {
    when: /BAD_DECRYPT|bad decrypt|INTERRUPTED_OR_CANCELLED|MAYBE_WRONG_PASSWORD|bad password/i,
    code: 'tls-failed',
    title: () => 'The private key of the client certificate cannot be decrypted',
    why: 'sslkey is encrypted, and sslpassword is missing or wrong.',
    hint: 'Give sslpassword, or decrypt the key file.',
  },
  {
    when: /NO_START_LINE|no start line|DECODER|UNSUPPORTED|unsupported/i,
    code: 'tls-failed',
    title: () => 'A certificate or key file cannot be read',
    why: 'It is empty, damaged, or in a form that is not known.',
    hint: 'Files of sslcert, sslkey, sslrootcert and sslcrl are PEM files.',
  },
];

/** The error of a TLS handshake or of the files it needs. */
export function tlsError(error: unknown, server: string): JemError {
  if (error instanceof JemError) return error;
  const original = wordsOf(error);
  const rule = rules.find(({ when }) => when.test(original));
  return new JemError(
    rule?.code ?? 'tls-failed',
    rule?.title(server) ?? `The TLS handshake with ${server} failed`,
    {
      why: rule?.why ?? 'The server, or something between, broke off while TLS was being set up.',
      hint: rule?.hint ?? "Look into the server's log; it names the other half of the reason.",
      original,
      cause: error,
    },
  );
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message.trim();
  const code = 'code' in error ? String(error.code) : '';
  return code === '' || message.includes(code) ? message : `${message} (${code})`;
}
