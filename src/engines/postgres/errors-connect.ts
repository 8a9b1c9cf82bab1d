import { JemError } from '../../errors.ts';
import { isTimeout, type Stage } from './attempt.ts';
import { applyRules, serverDetails, type ErrorAbout } from './error-rules.ts';
import { loginRules } from './errors-login.ts';
import { closedAtStart, networkError } from './errors-network.ts';
import { poolerLoginRules } from './errors-pooler.ts';
import { statementRules } from './errors-statement.ts';
import { tlsError } from './errors-tls.ts';
import { serverMessage } from './server-message.ts';

export interface ConnectAbout extends ErrorAbout {
  readonly server: string;
  readonly stage: Stage;
  /** Milliseconds that one address was given. */
  readonly limit: number;
}

const rules = [...poolerLoginRules, ...loginRules, ...statementRules];

/** The error of a connection that did not come about, in words for an operator. */
export function connectError(error: unknown, about: ConnectAbout): JemError {
  if (error instanceof JemError) return error;
  if (isTimeout(error)) return tooLate(about);
  const message = serverMessage(error);
  if (message) {
    return applyRules(rules, message, about, error) ?? refused(error, about);
  }
  if (about.stage === 'tls' || isTlsAlert(error)) return tlsError(error, about.server);
  return (
    networkError(error, about.server) ?? authentication(error) ?? closedAtStart(error, about.server)
  );
}

/** With TLS 1.3 a server refuses the client's certificate only after its own handshake is done. */
function isTlsAlert(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^ERR_SSL|^EPROTO$/.test(String(error.code));
}

function refused(error: unknown, about: ConnectAbout): JemError {
  const message = serverMessage(error);
  return new JemError('login-refused', `${about.server} refused the connection`, {
    ...(message && serverDetails(message, error)),
    why: `The server says: ${message?.message ?? String(error)}`,
    hint: "Look into the server's log.",
  });
}

function tooLate({ stage, server, limit }: ConnectAbout): JemError {
  const seconds = `${Math.round(limit / 100) / 10} s`;
  const hint = 'Check the network path (VPN, security group), or give connect_timeout=SECONDS.';
  if (stage === 'tcp') {
    return new JemError('connect-timeout', `No answer from ${server} within ${seconds}`, {
      why: 'Packets are dropped on the way: a firewall, a security group, a missing route, or the host is down.',
      hint,
      original: 'the connect timeout was reached before the TCP connection stood',
    });
  }
  const during = stage === 'tls' ? ' while TLS was being set up' : '';
  return new JemError(
    'server-silent',
    `${server} is connected but silent for ${seconds}${during}`,
    {
      why: 'Another service has that port, the server is frozen, or a proxy cannot reach its target.',
      hint: 'Check the port and the load of the server; try pg_isready.',
      original: 'the connect timeout was reached after the TCP connection stood',
    },
  );
}

function authentication(error: unknown): JemError | null {
  if (!(error instanceof Error) || !error.message.startsWith('SASL')) return null;
  const proof = /signature|nonce/.test(error.message);
  return new JemError(
    proof ? 'login-refused' : 'authentication-unsupported',
    proof
      ? 'The server could not prove that it knows the password'
      : 'The server and jem-db have no way to log in in common',
    {
      why: proof
        ? 'Something between pretends to be the server, or the server is damaged.'
        : 'The exchange of SCRAM could not be finished.',
      hint: 'Connect directly and with sslmode=verify-full.',
      original: error.message,
      cause: error,
    },
  );
}
