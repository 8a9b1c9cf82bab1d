import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { BackendKey } from './attempt.ts';
import { withDeadline } from '../../deadline.ts';
import type { Attempt } from './startup.ts';

const sslRequest = [8, 80877103];
const cancelCode = 80877102;
/** Milliseconds; the server answers nothing and closes. */
const limit = 5000;

/**
 * The protocol's own request to cancel a statement: needs no login and no free connection slot,
 * and works through a pooler. Never throws: it is a request, and the statement may have ended.
 */
export async function cancelRequest(attempt: Attempt, key: BackendKey): Promise<void> {
  const socket = openSocket(attempt);
  const dropped = () => socket.destroy();
  // Errors show as a statement that goes on running, which the caller sees anyway.
  socket.on('error', dropped);
  const never = new AbortController().signal;
  await withDeadline(limit, never, (signal) => send(socket, attempt, key, signal)).catch(dropped);
  dropped();
}

async function send(
  socket: Socket,
  attempt: Attempt,
  key: BackendKey,
  signal: AbortSignal,
): Promise<void> {
  await once(socket, 'connect', { signal });
  const stream = attempt.tls ? await encrypted(socket, attempt, signal) : socket;
  stream.on('error', () => stream.destroy());
  // Closing is left to the other side: PgBouncer forgets a request whose client has gone.
  stream.write(message(16, cancelCode, key.processID, key.secretKey));
  stream.resume();
  await once(stream, 'close', { signal });
}

function openSocket({ address }: Attempt): Socket {
  return address.kind === 'socket'
    ? connectSocket({ path: address.path })
    : connectSocket({ host: address.ip, port: address.port });
}

async function encrypted(socket: Socket, attempt: Attempt, signal: AbortSignal): Promise<Socket> {
  const direct = attempt.conninfo.params['sslnegotiation'] === 'direct';
  if (!direct) {
    socket.write(message(...sslRequest));
    const answer: readonly unknown[] = await once(socket, 'data', { signal });
    if (String(answer[0]) !== 'S') throw new Error('no TLS for the cancel request');
  }
  const stream = connectTls({
    ...attempt.tls,
    socket,
    ...(direct && { ALPNProtocols: ['postgresql'] }),
  });
  await once(stream, 'secureConnect', { signal });
  return stream;
}

function message(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => bytes.writeInt32BE(number | 0, index * 4));
  return bytes;
}
