import { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Client } from 'pg';
import { JemError } from '../../errors.ts';
import { answerProblem, negotiationProblem } from './first-answer.ts';
import { hostLabel, type Address } from './hosts.ts';
import { listenForLastWords, type LastWords } from './last-words.ts';
import { serverMessage } from './server-message.ts';
import { clientConfig, startupParameters, type Attempt } from './startup.ts';
import { untilAborted } from './until-aborted.ts';

/** How far a try had come: each stage lets libpq draw other conclusions from a failure. */
export type Stage = 'tcp' | 'negotiation' | 'tls' | 'login' | 'accepted';

/** A connection that is ready for its first statement. */
export interface Connected {
  readonly client: Client;
  readonly attempt: Attempt;
  readonly lastWords: LastWords;
  /** Process id and secret of BackendKeyData: a pooler gives its own. */
  readonly backendKey: BackendKey;
  /** What the server reports of itself: `server_version`, `in_hot_standby` … */
  readonly parameters: ReadonlyMap<string, string>;
}

export interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}

/** What libpq would do after this failure. */
type Next = 'next-address' | 'next-method' | 'next-host' | 'give-up';

export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';
  readonly reason: unknown;
  readonly stage: Stage;

  constructor(reason: unknown, stage: Stage) {
    super('could not connect', { cause: reason });
    this.reason = reason;
    this.stage = stage;
  }

  get next(): Next {
    if (isTimeout(this.reason) || this.stage === 'tcp') return 'next-address';
    if (this.stage === 'tls') return 'next-method';
    if (this.stage === 'negotiation') return isRefusedTls(this.reason) ? 'next-method' : 'give-up';
    if (this.stage === 'accepted') return 'give-up';
    const message = serverMessage(this.reason);
    if (message?.code === '57P03') return 'next-host';
    return message ? 'next-method' : 'give-up';
  }
}

/**
 * One try, until the server is ready for a statement. Throws `AttemptFailure`, also when the
 * signal fires; nothing stays open then.
 */
export async function tryToConnect(attempt: Attempt, signal: AbortSignal): Promise<Connected> {
  const { Client } = await import('pg');
  const socket = new SocketTo(attempt.address);
  const client = new Client(clientConfig(attempt, socket));
  Object.assign(client, { getStartupConf: () => startupParameters(attempt) });
  const lastWords = listenForLastWords(client);
  const progress = follow(client, socket, attempt);
  try {
    await untilAborted(client.connect(), signal);
    await untilAborted(isoDates(client, progress.greeting().parameters), signal);
    return { client, attempt, lastWords, ...progress.greeting() };
  } catch (error) {
    client.connection.stream.destroy();
    socket.destroy();
    throw new AttemptFailure(progress.problem() ?? error, progress.stage());
  }
}

/** Only the form of the answers changes; the order of day and month in literals stays. */
async function isoDates(client: Client, parameters: Connected['parameters']): Promise<void> {
  if (parameters.get('DateStyle')?.startsWith('ISO') ?? true) return;
  await client.query("set datestyle = 'ISO'");
}

export function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function isRefusedTls(reason: unknown): boolean {
  return reason instanceof JemError && reason.code === 'tls-not-offered';
}

interface Progress {
  stage(): Stage;
  /** What was seen in the server's first bytes; pg would misread it. */
  problem(): JemError | null;
  greeting(): Pick<Connected, 'backendKey' | 'parameters'>;
}

function follow(client: Client, socket: Socket, attempt: Attempt): Progress {
  const { connection } = client;
  const direct = attempt.conninfo.params['sslnegotiation'] === 'direct';
  const rules = {
    server: hostLabel(attempt.host),
    params: attempt.conninfo.params,
    encrypted: attempt.tls !== null,
  };
  const parameters = new Map<string, string>();
  let backendKey: BackendKey = { processID: 0, secretKey: 0 };
  let stage: Stage = 'tcp';
  let problem: JemError | null = null;

  const judgeAnswer = (bytes: Buffer) => {
    problem = answerProblem(bytes, rules);
    // pg reads the same bytes next: it must neither answer them nor fail on them outside.
    if (problem) bytes.fill(0);
  };
  socket.once('connect', () => (stage = attempt.tls ? 'negotiation' : 'login'));
  if (!attempt.tls) socket.once('data', judgeAnswer);
  else if (!direct)
    socket.once('data', (bytes) => (problem = negotiationProblem(bytes, rules.server)));
  connection.on('sslconnect', () => {
    stage = 'tls';
    const { stream } = connection;
    stream.prependOnceListener('data', judgeAnswer);
    stream.once('secureConnect', () => {
      stage = 'login';
      if (direct && stream instanceof TLSSocket && stream.alpnProtocol !== 'postgresql') {
        stream.destroy(new Error('the server did not agree to speak PostgreSQL over TLS (ALPN)'));
      }
    });
  });
  connection.on('authenticationOk', () => (stage = 'accepted'));
  connection.on('backendKeyData', (key: BackendKey) => (backendKey = key));
  connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) =>
    parameters.set(status.parameterName, status.parameterValue),
  );
  return {
    stage: () => stage,
    problem: () => problem,
    greeting: () => ({ backendKey, parameters }),
  };
}

/** pg says where to connect by name; this socket goes to the one address that is being tried. */
class SocketTo extends Socket {
  readonly #address: Address;

  constructor(address: Address) {
    super();
    this.#address = address;
  }

  override connect(): this {
    const address = this.#address;
    if (address.kind === 'socket') return super.connect({ path: address.path });
    return super.connect({ host: address.ip, port: address.port });
  }
}
