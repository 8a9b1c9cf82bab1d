import { JemError } from '../../errors.ts';
import type { Conninfo } from './conninfo.ts';

/** What the first message of a server must satisfy before anything is sent to it. */
export interface AnswerRules {
  /** For the reader. */
  readonly server: string;
  readonly params: Conninfo['params'];
  readonly encrypted: boolean;
}

const authentication = 'R'.charCodeAt(0);
const errorResponse = 'E'.charCodeAt(0);
const negotiateVersion = 'v'.charCodeAt(0);

/** Authentication requests by their number in the protocol, with libpq's names. */
const methods: ReadonlyMap<number, string> = new Map([
  [0, 'none'],
  [3, 'password'],
  [5, 'md5'],
  [7, 'gss'],
  [9, 'sspi'],
  [10, 'scram-sha-256'],
]);
const spoken = new Set(['none', 'password', 'md5', 'scram-sha-256']);

/** Why nothing may be said to this server, judged by the first bytes it sent; null: go on. */
export function answerProblem(bytes: Buffer, rules: AnswerRules): JemError | null {
  const type = bytes[0];
  if (type === errorResponse || type === negotiateVersion) return null;
  if (type !== authentication || bytes.length < 9) return notTheProtocol(bytes, rules.server);
  const number = bytes.readUInt32BE(5);
  const method = methods.get(number) ?? `number ${number}`;
  return methodProblem(method, bytes, rules);
}

/** The server's answer to a request for TLS: `S`, `N`, or something else. */
export function negotiationProblem(bytes: Buffer, server: string): JemError | null {
  const answer = bytes.toString('latin1', 0, 1);
  if (answer === 'S' && bytes.length === 1) return null;
  if (answer === 'N') {
    return new JemError('tls-not-offered', `The server ${server} does not offer TLS`, {
      why: 'It runs with ssl = off, or a proxy before it does not pass TLS on.',
      hint: 'Switch ssl on at the server; sslmode=prefer or disable connects without encryption.',
      original: 'the server answered N to the request for TLS',
    });
  }
  if (answer === 'E' || answer === 'S') {
    return new JemError('closed-at-start', `The server ${server} broke off while TLS began`, {
      why: 'It may be out of memory or processes, or something between has answered for it.',
      hint: "Look into the server's log.",
      original: `the server answered ${answer} and more to the request for TLS`,
    });
  }
  return notTheProtocol(bytes, server);
}

function methodProblem(method: string, bytes: Buffer, rules: AnswerRules): JemError | null {
  const { server, params, encrypted } = rules;
  if (!isAllowed(method, params['require_auth'])) {
    return new JemError('authentication-unsupported', `${server} asks to log in by ${method}`, {
      why: `require_auth=${params['require_auth']} does not allow that method.`,
      hint: 'Change require_auth, or the line of pg_hba.conf that matches this client.',
    });
  }
  if (!spoken.has(method)) {
    return new JemError('authentication-unsupported', `${server} asks to log in by ${method}`, {
      why: 'jem-db logs in with a password (scram-sha-256, md5, plain) or a certificate.',
      hint: 'Add a line to pg_hba.conf that lets this user in by scram-sha-256 or cert.',
    });
  }
  const bound = encrypted && method === 'scram-sha-256' && bytes.includes('SCRAM-SHA-256-PLUS');
  if (params['channel_binding'] === 'require' && !bound) {
    return new JemError('authentication-unsupported', `${server} offers no channel binding`, {
      why: `channel_binding=require needs TLS and scram-sha-256; the server asks for ${method}${encrypted ? '' : ' without TLS'}.`,
      hint: 'Connect directly and with TLS, or set channel_binding=prefer.',
    });
  }
  return null;
}

/** libpq's `require_auth`: a list of the allowed, or a list of the refused with `!`. */
function isAllowed(method: string, requirement: string | undefined): boolean {
  const wanted = (requirement ?? '').split(',').map((one) => one.trim());
  const names = wanted.filter((one) => one !== '');
  if (names.length === 0) return true;
  const refused = names.every((name) => name.startsWith('!'));
  return refused ? !names.includes(`!${method}`) : names.includes(method);
}

function notTheProtocol(bytes: Buffer, server: string): JemError {
  const http = bytes.toString('latin1', 0, 5) === 'HTTP/';
  return new JemError('not-the-protocol', `${server} does not speak PostgreSQL`, {
    why: `The first bytes are not an answer of PostgreSQL${http ? '; it is a web server' : ''}.`,
    hint: 'Check the port number; 5432 is the usual one.',
    original: `first bytes: ${JSON.stringify(bytes.toString('latin1', 0, 16))}`,
  });
}
