import { JemError } from '../../errors.ts';
import { textIn } from './xml.ts';

/** What a store answers instead of what was asked for. */
export interface Refusal {
  readonly status: number;
  /** As `NoSuchKey`; empty where the answer says nothing. */
  readonly code: string;
  readonly message: string;
  /** The region that the store says the bucket is in; empty where it says none. */
  readonly region: string;
}

/** Reads the answer of a store. `region`: as its head tells it. */
export function refusalOf(text: string, status: number, region: string): Refusal {
  const code = textIn(text, 'Code');
  const where = /^(AuthorizationHeaderMalformed|PermanentRedirect|TemporaryRedirect)$/.test(code);
  return {
    ...{ status, code, message: textIn(text, 'Message') },
    region: where ? region || textIn(text, 'Region') : '',
  };
}

/** A refusal that a caller may understand; see `storeError` for the words. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.status} ${refusal.code}`);
    this.refusal = refusal;
  }
}

/** For `catch`: whether the store answered one of these. */
export function isRefusal(error: unknown, ...statuses: readonly number[]): error is Refused {
  return error instanceof Refused && statuses.includes(error.refusal.status);
}

const passing = new Set([
  ...['RequestTimeout', 'SlowDown', 'InternalError', 'ServiceUnavailable', 'OperationAborted'],
  ...['ConditionalRequestConflict', 'BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody'],
]);

/** Whether the same request may well succeed a moment later. */
export function isPassing({ status, code }: Refusal): boolean {
  return passing.has(code) || status === 429 || (status >= 500 && status !== 501);
}

const credentialCodes = new Set([
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken'],
  ...['TokenRefreshRequired', 'InvalidClientTokenId', 'UnrecognizedClientException'],
]);

/** A refusal in the reader's words. `place`: as `s3://bucket/prefix`. */
export function storeError({ refusal }: Refused, place: string): JemError {
  const { status, code, message, region } = refusal;
  const original = [status, code, message].filter(Boolean).join(' ');
  if (code === 'NoSuchBucket')
    return new JemError('bucket-missing', `There is no bucket for ${place}`, {
      why: 'The store knows none of that name, or not at this endpoint.',
      hint: 'Check the name and --s3-endpoint, or make the bucket: jem-db makes none.',
      original,
    });
  if (region !== '' || status === 301)
    return new JemError('bad-setting', `The bucket of ${place} is in another region`, {
      why: region === '' ? 'The store redirects to another endpoint.' : `It is in ${region}.`,
      hint: `Name it with --s3-region${region === '' ? '' : ` ${region}`}, or JEM_DB_S3_REGION.`,
      original,
    });
  if (credentialCodes.has(code) || status === 401)
    return new JemError('store-login-refused', `${place} refuses the credentials`, {
      why: code.startsWith('Expired') ? 'They have expired.' : 'The store does not know them.',
      hint: 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile in use; and --s3-region.',
      original,
    });
  if (code === 'RequestTimeTooSkewed')
    return new JemError('repository-unusable', `${place} says that this clock is wrong`, {
      why: 'Correcting for the difference did not help.',
      hint: 'Set the clock of this machine.',
      original,
    });
  if (status === 403)
    return new JemError('store-denied', `${place} cannot be used: access denied`, {
      why: 'These credentials have no right to do that there.',
      hint: 'Grant s3:ListBucket, s3:ListBucketMultipartUploads on the bucket and s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload on its objects.',
      original,
    });
  if (isPassing(refusal))
    return new JemError('store-unreachable', `${place} cannot serve just now`, {
      why: 'The store asks to try again later.',
      hint: 'Run the command again later; --retries does so by itself.',
      original,
    });
  return new JemError('repository-unusable', `${place} cannot be used (${code || status})`, {
    why: 'The store refuses a request that every S3 store should take.',
    hint: 'Check --s3-endpoint and --s3-path-style.',
    original,
  });
}

/** What the system says of a connection, in the reader's words. */
export function unreachable(error: unknown, place: string, origin: string): JemError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (isTlsError(error))
    return new JemError('tls-untrusted', `The certificate of ${origin} is not trusted`, {
      why: 'No authority that Node.js knows has signed it, or it is of another host.',
      hint: 'Name its authority in NODE_EXTRA_CA_CERTS, or check --s3-endpoint.',
      original: message,
    });
  return new JemError('store-unreachable', `${place} cannot be reached at ${origin}`, {
    why: wordsFor[code] ?? 'The connection fails.',
    hint: 'Check --s3-endpoint and the network. --retries tries again; a server hands its WAL over again.',
    original: message,
  });
}

const wordsFor: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there.',
  ENOTFOUND: 'The name of the host is not known.',
  EAI_AGAIN: 'The name server does not answer.',
  ETIMEDOUT: 'Nobody answers there.',
  ECONNRESET: 'The connection was cut, again and again.',
  EPIPE: 'The connection was cut, again and again.',
};

/** Trouble with the certificate or the encryption of a connection. */
export function isTlsError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|SSL|EPROTO/.test(code);
}

/** Trouble with a connection that another one may not have. */
export function isNetworkError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code in wordsFor || /^(EHOST|ENET|ECONN|HPE_|ERR_STREAM_PREMATURE)/.test(code);
}
